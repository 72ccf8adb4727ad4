"""Who works in the benchmark, and the masters both DocTypes link to. Everything is named Bench or bench.example.com."""

from __future__ import annotations

import frappe

from benchmarks.site import OURS, THEIRS, get_company

MANAGER = "manager@bench.example.com"
NEWCOMER = "newcomer@bench.example.com"  # owns nothing
GUEST = "guest@bench.example.com"  # owns nothing, but 2,000 records were shared with them
OWNERS = [f"owner{number:02d}@bench.example.com" for number in range(1, 51)]
# a fifth and a fiftieth of all rows; a tenth, with every other way of seeing one
BIG_OWNER, SMALL_OWNER, MIXED_OWNER = OWNERS[:3]
APPLICATION_ENGINEERS = [f"application{number}@bench.example.com" for number in range(1, 6)]
RESTRICTED = (NEWCOMER, GUEST, *OWNERS)

GROUP = "Bench Regions"
REGIONS = [f"Bench Region {number:02d}" for number in range(1, 31)]
COMMON_REGION, SPARSE_REGION, RARE_REGION, EMPTY_REGION = REGIONS[0], REGIONS[27], REGIONS[28], REGIONS[29]
LINES = [f"Bench Line {number}" for number in range(1, 5)]
SOURCES = [f"Bench Source {number}" for number in range(1, 11)]
TYPES = [f"Bench Type {number}" for number in range(1, 4)]
REASONS = [f"Bench Reason {number}" for number in range(1, 13)]
BUSINESS_UNIT = "Bench Unit"
ITEMS = ["Bench Item 1", "Bench Item 2", "Bench Item 3"]
CUSTOMER = "Bench Customer 00001"
SHARES = 2000


def make_people() -> None:
	for user in (*OWNERS, NEWCOMER, GUEST):
		make_user(user, "Sales User")
	for user in APPLICATION_ENGINEERS:
		make_user(user, "Application Engineer")
	make_user(MANAGER, "Sales User", "Sales Manager")
	for user in RESTRICTED:
		restrict_theirs(user)
	frappe.clear_cache()


def make_user(email: str, *roles: str) -> None:
	"""Insert a user row without the framework's welcome; roles as given."""
	if frappe.db.exists("User", email):
		return
	name = email.partition("@")[0].title()
	user = frappe.new_doc("User", name=email, email=email, first_name=name, full_name=name, enabled=1)
	user.update({"user_type": "System User", "language": "en", "send_welcome_email": 0})
	user.name = email
	user.db_insert()
	for role in roles:
		row = user.append("roles", {"role": role})
		row.db_insert()


def restrict_theirs(user: str) -> None:
	"""ERPNext shows every opportunity to every sales user; a User Permission on the owner is its way to limit that."""
	values = {"user": user, "allow": "User", "for_value": user, "applicable_for": THEIRS}
	if not frappe.db.exists("User Permission", values):
		frappe.get_doc({"doctype": "User Permission", **values, "apply_to_all_doctypes": 0}).db_insert()


def make_masters() -> None:
	"""Insert what opportunities of both kinds link to, under one name on both sides."""
	make("Pipeline Business Unit", business_unit=BUSINESS_UNIT)
	for name in LINES:
		make("Pipeline Product Line", product_line=name, business_unit=BUSINESS_UNIT)
	for name in SOURCES:
		make("Pipeline Source", source=name)
		make_their_source(name)
	for name in TYPES:
		make("Pipeline Opportunity Type", opportunity_type=name)
	for name in REASONS:
		make("Pipeline Lost Reason", reason=name, category="Price", applies_to="Both")
		make("Opportunity Lost Reason", lost_reason=name)
	make_regions()
	make_items()


def get_their_source_field() -> str:
	"""ERPNext 16 has UTM Source in the place of Lead Source."""
	return "utm_source" if frappe.get_meta(THEIRS).has_field("utm_source") else "source"


def make_their_source(name: str) -> None:
	doctype = frappe.get_meta(THEIRS).get_field(get_their_source_field()).options
	if not frappe.db.exists(doctype, name):
		frappe.get_doc({"doctype": doctype, "source_name": name}).insert(set_name=name)


def make_regions() -> None:
	root = frappe.db.get_value("Territory", {"parent_territory": ("is", "not set")})
	make("Pipeline Region", region_name=GROUP, is_group=1)
	make("Territory", territory_name=GROUP, parent_territory=root, is_group=1)
	for number, name in enumerate(REGIONS):
		member = {"user": OWNERS[number % 50], "weight": 1}
		make("Pipeline Region", region_name=name, parent_pipeline_region=GROUP, members=[member])
		make("Territory", territory_name=name, parent_territory=GROUP)


def make_items() -> None:
	group = frappe.db.get_value("Item Group", {"is_group": 0})
	for name in ITEMS:
		make("Item", item_code=name, item_group=group, stock_uom="Nos", is_stock_item=0)


def make(doctype: str, **values) -> None:
	name = next(iter(values.values()))
	if not frappe.db.exists(doctype, name):
		frappe.get_doc({"doctype": doctype, **values}).insert()


def give_access() -> None:
	"""Share 2,000 rows of both kinds with the guest, and a few with an engineer who also has to-dos of others."""
	frappe.db.delete("DocShare", {"user": ("in", (GUEST, MIXED_OWNER))})
	for doctype in (OURS, THEIRS):
		names = frappe.get_all(
			doctype, filters={"name": ("like", "%7")}, pluck="name", order_by="name", limit=SHARES
		)
		for name in names:
			share(doctype, name, GUEST)
		for name in names[:3]:
			share(doctype, name, MIXED_OWNER)
			make_todo(doctype, name, MIXED_OWNER)


def share(doctype: str, name: str, user: str) -> None:
	values = {"user": user, "share_doctype": doctype, "share_name": name, "read": 1}
	frappe.get_doc({"doctype": "DocShare", **values}).db_insert()


def make_todo(doctype: str, name: str, user: str) -> None:
	values = {"allocated_to": user, "reference_type": doctype, "reference_name": name, "status": "Open"}
	frappe.get_doc({"doctype": "ToDo", "description": "Bench help", **values}).db_insert()


def get_reference_record(items: int) -> dict:
	"""Return the values of the opportunity that is inserted on our side, and by `get_their_record` on ERPNext's."""
	record = {
		"doctype": OURS,
		"opportunity_from": "Customer",
		"party_name": CUSTOMER,
		"region": COMMON_REGION,
		"product_line": LINES[0],
		"opportunity_type": TYPES[0],
		"source": SOURCES[0],
		"company": get_company().name,
		"potential_value": 600,
	}
	if items:
		record["items"] = [{"item_code": code, "qty": 2, "uom": "Nos", "rate": 100} for code in ITEMS[:items]]
	return record


def get_their_record(items: int) -> dict:
	company = get_company()
	record = {
		"doctype": THEIRS,
		"opportunity_from": "Customer",
		"party_name": CUSTOMER,
		"territory": COMMON_REGION,
		"opportunity_type": "Sales",
		get_their_source_field(): SOURCES[0],
		"company": company.name,
		"currency": company.default_currency,
		"opportunity_amount": 600,
	}
	if items:
		record["items"] = [{"item_code": code, "qty": 2, "uom": "Nos", "rate": 100} for code in ITEMS[:items]]
	return record
