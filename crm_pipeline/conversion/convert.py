"""Lead → Customer: all or nothing, without making a customer twice."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.audit import log
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.conversion import contacts, duplicates, known_customer, mandatory, takeover
from crm_pipeline.domain import json_text
from crm_pipeline.exceptions import DuplicateCustomerError
from crm_pipeline.record import address_lock
from crm_pipeline.refusal import refuse

QUALIFIED = "Qualified"
CONVERTED = "Converted"


def preview(lead: str) -> dict:
	"""Return what the Convert dialog shows (api/lead.py)."""
	doc = frappe.get_doc("Lead", lead)
	same = duplicates.find_by_email(doc.email_id)
	readable = _get_readable(same)
	filters = {"opportunity_from": "Lead", "party_name": lead}
	return {
		"duplicates": readable,
		"hidden_duplicates": len(same) - len(readable),
		"similar": [name for name in _get_readable(duplicates.find_similar(doc)) if name not in same],
		"opportunities": frappe.get_list(OPPORTUNITY, filters=filters, pluck="name"),
		"mandatory": _get_mandatory(doc),
	}


def convert(lead: str, customer: str | None, opportunity: dict | str | None, values: Any = None) -> dict:
	"""Do what api/lead.py promises: all or nothing, for one lead of an e-mail address at a time."""
	address_lock.hold(frappe.db.get_value("Lead", lead, "email_id"))
	doc = frappe.get_doc("Lead", lead, for_update=True)
	_validate_lead(doc)
	name = _link(doc, customer) if customer else _make_customer(doc, values)
	moved = takeover.move_opportunities(lead, name)
	_mark_converted(doc, name)
	created = _make_opportunity(doc, name, opportunity)
	return {"customer": name, "opportunity": created, "moved": moved}


def _validate_lead(doc: Document) -> None:
	existing = doc.get("pipeline_customer") or frappe.db.get_value("Customer", {"lead_name": doc.name})
	if existing or doc.status == CONVERTED:
		refuse(_("Lead {0} is already converted to customer {1}."), doc.name, existing or _("unknown"))
	if doc.qualification_status != QUALIFIED:
		message = _("Lead {0} is {1}. Set its Qualification Status to Qualified first.")
		status = _(doc.qualification_status or "Unqualified")  # reason: an option of ERPNext's Lead
		refuse(message, doc.name, status)


def _make_customer(doc: Document, values: Any) -> str:
	frappe.has_permission("Customer", "create", throw=True)
	_validate_duplicates(doc)
	given = mandatory.read(values)
	customer, contact = _map_customer(doc), contacts.get_contact(doc)
	others = contacts.get_others(doc, contact)
	try:
		contacts.save_all(doc, contact, others, given)
		customer.customer_primary_contact = contact.name
		mandatory.fill(customer, given)
		customer.insert()
	except frappe.MandatoryError:
		mandatory.refuse_missing((contact, customer, *others))
		raise
	_carry_notes(doc, customer)
	return customer.name


def _map_customer(doc: Document) -> Document:
	"""Return the unsaved customer that ERPNext makes of a lead. Needs permission to create one."""
	from erpnext.crm.doctype.lead.lead import make_customer

	customer = make_customer(doc.name)
	for fieldname in ("customer_group", "territory"):
		default = frappe.db.get_single_value("Selling Settings", fieldname)
		customer.set(fieldname, customer.get(fieldname) or default)
	customer.flags.converted_by_pipeline = True
	return customer


def _get_mandatory(doc: Document) -> list[dict]:
	"""Return the mandatory fields that a new customer, its contacts or addresses would lack."""
	if not frappe.has_permission("Customer", "create"):
		return []
	contact = contacts.get_contact(doc)
	return mandatory.describe((_map_customer(doc), contact, *contacts.get_others(doc, contact)))


def _link(doc: Document, customer: str) -> str:
	"""Link the lead to a customer that exists, whose own lead stays what it is."""
	target = frappe.get_doc("Customer", customer)
	target.check_permission("write")
	if target.disabled:
		refuse(_("Customer {0} is disabled. Enable it or choose another one."), customer)
	known_customer.keep_lead(target, doc.name)
	_carry_notes(doc, target)
	return target.name


def _validate_duplicates(doc: Document) -> None:
	same = duplicates.find_by_email(doc.email_id)
	if not same:
		return
	readable = _get_readable(same)
	if readable:
		message = _("Customer {0} already has the e-mail {1}. Link the lead to that customer instead.")
		refuse(message, readable[0], doc.email_id, exception=DuplicateCustomerError)
	message = _("A customer that you may not see already has the e-mail {0}. Ask a manager to link the lead.")
	refuse(message, doc.email_id, exception=DuplicateCustomerError)


def _carry_notes(doc: Document, customer: Document) -> None:
	for row in doc.get("notes") or ():
		customer.add_comment("Comment", row.note)


def _mark_converted(doc: Document, customer: str) -> None:
	doc.reload()
	doc.pipeline_customer = customer
	doc.status = CONVERTED
	doc.flags.ignore_mandatory = True  # what a site made mandatory on leads later is asked for in their form
	doc.save()
	log.log_conversion(doc.name, customer)


def _make_opportunity(doc: Document, customer: str, values: Any) -> str | None:
	if values in (None, "", {}, "{}"):
		return None
	values = _read_values(values)
	party = {"doctype": OPPORTUNITY, "opportunity_from": "Customer", "party_name": customer}
	defaults = {"company": doc.company, "territory": doc.territory, "lead": doc.name}
	return frappe.get_doc({**defaults, **values, **party}).insert().name


def _read_values(values: Any) -> dict:
	found = json_text.read(values, dict)
	if not found:
		message = _("The first opportunity can't be {0}. Send an object with the values of its fields.")
		refuse(message, json_text.write(values))
	return found


def _get_readable(customers: list[str]) -> list[str]:
	if not customers or not frappe.has_permission("Customer", "read"):
		return []
	return frappe.get_list("Customer", filters={"name": ("in", customers)}, pluck="name")
