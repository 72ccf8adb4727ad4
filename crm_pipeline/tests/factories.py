"""Makes records with defaults; every default can be overridden by keyword."""

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, now_datetime, nowdate

from crm_pipeline.tests import personas
from crm_pipeline.tests.users import as_user

OPPORTUNITY_DEFAULTS = {
	"opportunity_from": "Customer",
	"party_name": personas.CUSTOMER,
	"region": personas.REGION,
	"product_line": personas.PRODUCT_LINE,
	"company": personas.COMPANY,
	"potential_value": 1000,
}
# status → how a record gets there from the one before it on the way
OUTCOMES = {
	"Open": {},
	"Offer Made": {},
	"Won": {"won_value": 900},
	"Lost": {"lost_reasons": [{"lost_reason": personas.REASON}]},
	"Rejected": {"lost_reasons": [{"lost_reason": personas.REASON}]},
}


def new_opportunity(**overrides) -> Document:
	"""Return an unsaved opportunity; None as a value leaves the field out."""
	values = {**OPPORTUNITY_DEFAULTS, **overrides}
	given = {fieldname: value for fieldname, value in values.items() if value is not None}
	return frappe.get_doc({"doctype": "Pipeline Opportunity", **given})


def make_opportunity(status: str = "Open", **overrides) -> Document:
	"""Insert an opportunity of the north engineer's as the current user and bring it to `status`."""
	overrides.setdefault("sales_engineer", personas.ENGINEER)
	doc = new_opportunity(**overrides).insert()
	if status == "Won":
		doc.update({"status": "Offer Made"}).save()
	if status != "Open":
		doc.update({"status": status, **OUTCOMES[status]}).save()
	return doc


def make_history(**overrides) -> Document:
	"""Insert a deal that was lost last week."""
	values = {
		"is_history": 1,
		"status": "Lost",
		"opened_on": add_days(now_datetime(), -30),
		"closed_on": add_days(now_datetime(), -7),
		"sales_engineer": personas.ENGINEER,
		"lost_reasons": [{"lost_reason": personas.REASON}],
	}
	return new_opportunity(**{**values, **overrides}).insert()


def make_user(email: str, *roles: str, enabled: int = 1, user_type: str = "System User") -> str:
	"""Insert a user past the hooks of User, which take a second each on a site."""
	name = email.split("@")[0].replace(".", " ").title()
	user = frappe.get_doc(
		{
			"doctype": "User",
			"name": email,
			"email": email,
			"first_name": name,
			"full_name": name,
			"enabled": enabled,
			"user_type": user_type,
			"roles": [{"role": role} for role in roles],
		}
	)
	for row in (user, *user.roles):
		row.db_insert()
	return email


def make_customer(customer_name: str, **overrides) -> Document:
	return make(
		"Customer", customer_name=customer_name, **{**_get_groups("customer_group", "territory"), **overrides}
	)


def make_lead(lead_name: str = "Leela Prospect", **overrides) -> Document:
	return make("Lead", lead_name=lead_name, **overrides)


def make_item(item_code: str, **overrides) -> Document:
	return make("Item", item_code=item_code, stock_uom="Nos", **{**_get_groups("item_group"), **overrides})


def make_address(customer: str, **overrides) -> Document:
	values = {"address_line1": "1 Mill Road", "city": "Madurai", "country": "India", "is_primary_address": 1}
	links = [{"link_doctype": "Customer", "link_name": customer}]
	return make("Address", address_type="Billing", links=links, **{**values, **overrides})


def make_exchange_rate(from_currency: str, to_currency: str, rate: float) -> Document:
	currencies = {"from_currency": from_currency, "to_currency": to_currency}
	return make(
		"Currency Exchange", date=nowdate(), exchange_rate=rate, for_selling=1, for_buying=1, **currencies
	)


def make_quotation(**overrides) -> Document:
	items = [{"item_code": personas.ITEM, "qty": 1, "rate": 100}]
	values = {"quotation_to": "Customer", "party_name": personas.CUSTOMER, "company": personas.COMPANY}
	return make("Quotation", **{**values, "items": items, **overrides})


def make_region(region_name: str, **overrides) -> Document:
	return make("Pipeline Region", region_name=region_name, **overrides)


def make_master(doctype: str, name: str, **values) -> Document:
	"""Insert a row of one of our masters, whose name is its first field."""
	return make(doctype, **{frappe.get_meta(doctype).title_field: name}, **values)


def make(doctype: str, **values) -> Document:
	"""Insert a record that the tests need, whoever the current user is."""
	with as_user("Administrator"):
		return frappe.get_doc({"doctype": doctype, **values}).insert()


def _get_groups(*fieldnames: str) -> dict:
	"""Return any row of the tree behind each field that is no group."""
	return {
		fieldname: frappe.db.get_value(frappe.unscrub(fieldname), {"is_group": 0}) for fieldname in fieldnames
	}
