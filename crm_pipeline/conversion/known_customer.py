"""The customer of a converted lead, for ERPNext's own functions.

ERPNext looks for it by `Customer.lead_name`, which names one lead, and makes a customer where it finds none. A customer
may have several leads, so that the others are its own only for as long as ERPNext looks.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.refusal import show


def get_customer(lead: str | None) -> str | None:
	"""Return the customer that a lead was converted to or linked with, unless it is gone."""
	customer = lead and frappe.db.get_value("Lead", lead, "pipeline_customer")
	return frappe.db.exists("Customer", customer) if customer else None


def open_customer(lead: str, customer: str) -> Document:
	"""Return the customer in place of a second one. Needs read permission on it."""
	doc = frappe.get_doc("Customer", customer)
	doc.check_permission("read")
	doc.apply_fieldlevel_read_permissions()
	message = _("Lead {0} is already converted to customer {1}.")
	frappe.msgprint(message.format(show(lead), show(customer)), alert=True)
	return doc


@contextmanager
def found_by_erpnext(quotation: str) -> Iterator[None]:
	"""Let ERPNext find the customer of a quotation's lead; the customer keeps the lead that it came from."""
	lead = frappe.db.get_value("Quotation", {"name": quotation, "quotation_to": "Lead"}, "party_name")
	customer = get_customer(lead)
	is_found = not customer or frappe.db.exists("Customer", {"lead_name": lead})
	if is_found or not frappe.has_permission("Quotation", "read", doc=quotation):
		yield
		return
	former = frappe.db.get_value("Customer", customer, "lead_name")
	_set_lead(customer, lead)
	try:
		yield
	finally:
		_set_lead(customer, former)


def keep_lead(customer: Document, lead: str) -> None:
	"""Let a customer without a lead of its own bear the lead that was linked to it, so that ERPNext finds it."""
	if not customer.lead_name:
		_set_lead(customer.name, lead)


def _set_lead(customer: str, lead: str | None) -> None:
	frappe.db.set_value("Customer", customer, "lead_name", lead, update_modified=False)
