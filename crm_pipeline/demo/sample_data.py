"""Makes the sample data through the real controllers, and removes exactly that.

What is ours: users of the team's domain, and whatever one of them created. A reserved domain stands behind it, so
nobody else's records can be meant. Running it again makes only what is missing.
"""

from collections.abc import Callable
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import now_datetime, strip_html

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.demo import deals, team
from crm_pipeline.domain import lifecycle
from crm_pipeline.moving_in.fields import insert_record
from crm_pipeline.record import transactions

PREFIX = "sample-"
REMOVAL_REASON = "Sample data is removed"
# what one unit of value is in the company's currency, 1,000 where it isn't named
UNITS = {"INR": 25_000, "JPY": 50_000}
TEAM_FILTER = ("like", f"%@{team.DOMAIN}")


def load(on_record: Callable[[int], None] = lambda _count: None) -> int:
	"""Make the users, customers and opportunities that are missing; return how many opportunities were made.

	For managers who may create users. The caller commits.
	"""
	caller = frappe.session.user
	try:
		for person in team.PEOPLE:
			_make_user(person)
		frappe.set_user(team.MANAGER.email)
		customers = {name: _make_customer(name) for name in team.CUSTOMERS}
		return _make_opportunities(customers, on_record)
	finally:
		frappe.set_user(caller)


def get_removable() -> list[tuple[str, str]]:
	"""Return (DocType, name) of everything that `clear` would remove, in the order of removal."""
	filters = {OPPORTUNITY: "owner", "Customer": "owner", "Contact": "user", "User": "name"}
	return [
		(doctype, name)
		for doctype, fieldname in filters.items()
		for name in frappe.get_all(doctype, filters={fieldname: TEAM_FILTER}, pluck="name")
	]


def clear(on_record: Callable[[int], None] = lambda _count: None) -> list[str]:
	"""Remove the sample data; return one sentence for each record that had to stay.

	The audit log is append-only: its entries stay, ending in Reopened and Deleted, and numbers that were given are not given
	again. Nothing else of it is left. The caller commits.
	"""
	kept = []
	for doctype, name in get_removable():
		with transactions.attempt((frappe.ValidationError, frappe.PermissionError)) as removing:
			_remove(doctype, name)
		if removing.error:
			kept.append(f"{doctype} {name}: {strip_html(str(removing.error))}")
		frappe.clear_messages()
		on_record(1)
	return kept


def _make_user(person: team.Person) -> None:
	if frappe.db.exists("User", person.email):
		_bring_back(person)
		return
	user = {
		"doctype": "User",
		"email": person.email,
		"first_name": person.first_name,
		"last_name": person.last_name,
		"send_welcome_email": 0,
		"roles": [{"role": role} for role in person.roles],
	}
	frappe.get_doc(user).insert()


def _bring_back(person: team.Person) -> None:
	"""Of people who are there already, some were disabled or limited, and an uninstall took the app's own roles."""
	user = frappe.get_doc("User", person.email)
	if not user.enabled:
		user.update({"enabled": 1}).save()
	if not set(person.roles) <= set(frappe.get_roles(person.email)):
		user.add_roles(*person.roles)
	for name in frappe.get_all("User Permission", filters={"user": person.email}, pluck="name"):
		frappe.delete_doc("User Permission", name)


def _make_customer(customer_name: str) -> str:
	ours = {"customer_name": customer_name, "owner": TEAM_FILTER}
	if name := frappe.db.get_value("Customer", ours):
		return name
	settings = frappe.get_cached_doc("Selling Settings")
	customer = {
		"doctype": "Customer",
		"customer_name": customer_name,
		"customer_type": "Company",
		"customer_group": settings.customer_group,
		"territory": settings.territory,
	}
	return frappe.get_doc(customer).insert().name


def _make_opportunities(customers: dict[str, str], on_record: Callable) -> int:
	company = _get_company()
	unit = UNITS.get(frappe.get_cached_value("Company", company, "default_currency"), 1_000)
	ours = {"external_id": ("like", f"{PREFIX}%")}
	existing = set(frappe.get_all(OPPORTUNITY, filters=ours, pluck="external_id"))
	made = 0
	for deal in deals.invent_deals(_get_masters(), now_datetime(), unit):
		external_id = f"{PREFIX}{deal.number:03d}"
		if external_id not in existing:
			customer = customers[deal.values["customer"]]
			_make_opportunity(deal, {"external_id": external_id, "company": company, "customer": customer})
			made += 1
		frappe.clear_messages()
		on_record(1)
	return made


def _make_opportunity(deal: deals.Deal, references: dict) -> None:
	"""Closed deals are the manager's history; the engineers enter their open ones themselves."""
	values = {name: value for name, value in {**deal.values, **references}.items() if value is not None}
	is_closed = lifecycle.is_closed(values["status"])
	frappe.set_user(team.MANAGER.email if is_closed else values["sales_engineer"])
	doc = insert_record(values, audit_event="Imported" if is_closed else "Created")
	if deal.is_reopened:
		api.reopen(doc.name, _("The customer has a new budget"))


def _get_company() -> str:
	company = frappe.defaults.get_global_default("company") or frappe.db.get_value("Company", {}, "name")
	if not company:
		frappe.throw(_("There is no company yet. Complete the setup wizard first."))
	return company


def _get_masters() -> deals.Masters:
	regions = _get_names("Pipeline Region", is_group=0)
	product_lines = _get_names("Pipeline Product Line")
	lost_reasons = {
		status: _get_names("Pipeline Lost Reason", applies_to=("in", ["Both", status]))
		for status in (lifecycle.LOST, lifecycle.REJECTED)
	}
	if not (regions and product_lines and all(lost_reasons.values())):
		frappe.throw(_("Sample data needs a region, a product line and lost reasons that are not disabled."))
	types, sources = _get_names("Pipeline Opportunity Type"), _get_names("Pipeline Source")
	return deals.Masters(regions, product_lines, types, sources, lost_reasons)


def _get_names(doctype: str, **filters) -> list[str]:
	return frappe.get_all(doctype, filters={"disabled": 0, **filters}, pluck="name", order_by="name")


def _remove(doctype: str, name: str) -> None:
	if doctype == OPPORTUNITY:
		_bring_to_open(name)
	began_at = now_datetime()
	frappe.delete_doc(doctype, name, delete_permanently=True)
	_forget_deletion(doctype, name, began_at)
	frappe.db.delete("Comment", {"reference_doctype": doctype, "reference_name": name})
	if doctype == "User":
		_forget_deletion("Notification Settings", name, began_at)  # they went with their user
		frappe.db.delete("DefaultValue", {"parent": name})
		if frappe.db.table_exists("Permission Log"):  # 16: which roles they were given
			frappe.db.delete("Permission Log", {"for_doctype": doctype, "for_document": name})


def _forget_deletion(doctype: str, name: str, began_at: datetime) -> None:
	"""Remove what the framework has just noted of a deletion: an entry for the feed, a copy to restore from."""
	of_now = {"creation": (">=", began_at)}
	entry = {"comment_type": "Deleted", "reference_doctype": doctype, "subject": f"{_(doctype)} {name}"}
	frappe.db.delete("Comment", {**entry, **of_now})
	frappe.db.delete("Deleted Document", {"deleted_doctype": doctype, "deleted_name": name, **of_now})


def _bring_to_open(name: str) -> None:
	"""Only an Open opportunity may be deleted, so take the ways that lead there; the log tells it all."""
	status = frappe.db.get_value(OPPORTUNITY, name, "status")
	if status == lifecycle.OFFER_MADE:
		reason = _get_masters().lost_reasons[lifecycle.LOST][0]
		api.mark_lost(name, [reason], deals.DETAIL)
	if status != lifecycle.FIRST_STAGE:
		api.reopen(name, REMOVAL_REASON)
