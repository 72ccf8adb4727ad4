"""Stand in for functions of ERPNext that would make a second customer of a lead which Convert gave one.

They take and return what ERPNext's do, and call these (or another app's stand-ins) for everything else.
"""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.api.parse import reads_arguments
from crm_pipeline.conversion import known_customer
from crm_pipeline.domain import json_text
from crm_pipeline.offers.mapper import read_target
from crm_pipeline.refusal import refuse

QUOTATION = "erpnext.selling.doctype.quotation.quotation"
LEAD = "erpnext.crm.doctype.lead.lead"
ERPNEXT_OPPORTUNITY = "erpnext.crm.doctype.opportunity.opportunity"


@frappe.whitelist()
@reads_arguments
def make_customer_of_lead(source_name: str, target_doc: str | dict | Document | None = None) -> Document:
	"""Return the customer of a converted lead, else what ERPNext maps. Needs what ERPNext asks, or read on the customer."""
	frappe.has_permission("Lead", "read", doc=source_name, throw=True)
	if customer := known_customer.get_customer(source_name):
		return known_customer.open_customer(source_name, customer)
	return _call(f"{LEAD}.make_customer", source_name, read_target(target_doc, "Customer"))


@frappe.whitelist()
@reads_arguments
def make_customer_of_opportunity(
	source_name: str, target_doc: str | dict | Document | None = None
) -> Document:
	"""As `make_customer_of_lead`, from ERPNext's own Opportunity of a lead."""
	frappe.has_permission("Opportunity", "read", doc=source_name, throw=True)
	found = {"name": source_name, "opportunity_from": "Lead"}
	lead = frappe.db.get_value("Opportunity", found, "party_name")
	if customer := known_customer.get_customer(lead):
		return known_customer.open_customer(lead, customer)
	return _call(f"{ERPNEXT_OPPORTUNITY}.make_customer", source_name, read_target(target_doc, "Customer"))


@frappe.whitelist()
@reads_arguments
def make_sales_order(
	source_name: str, target_doc: str | dict | Document | None = None, args: str | dict | None = None
) -> Document:
	"""Return ERPNext's order of a quotation; that of a converted lead is for the lead's customer."""
	frappe.has_permission("Quotation", "read", doc=source_name, throw=True)
	with known_customer.found_by_erpnext(source_name):
		target = read_target(target_doc, "Sales Order")
		return _call(f"{QUOTATION}.make_sales_order", source_name, target, _read_choice(args))


@frappe.whitelist()
@reads_arguments
def make_sales_invoice(
	source_name: str, target_doc: str | dict | Document | None = None, args: str | dict | None = None
) -> Document:
	"""Return ERPNext's invoice of a quotation; that of a converted lead is for the lead's customer."""
	frappe.has_permission("Quotation", "read", doc=source_name, throw=True)
	with known_customer.found_by_erpnext(source_name):
		target = read_target(target_doc, "Sales Invoice")
		return _call(f"{QUOTATION}.make_sales_invoice", source_name, target, _read_choice(args))


def _read_choice(args: str | dict | None) -> dict | None:
	"""Return which rows were chosen, {"filtered_children": names}; refuse what says no such thing."""
	if args in (None, ""):
		return None
	choice = json_text.read(args, dict)
	if choice is None or not isinstance(choice.get("filtered_children") or [], list):
		refuse(_("{0} chooses no rows. Send {1}."), json_text.write(args), '{"filtered_children": ["…"]}')
	return choice


def _call(path: str, source_name: str, target_doc: Any, args: Any = None) -> Document:
	"""Call what would be called without this app: `args` came with a later ERPNext, and another app may not know it."""
	others = frappe.get_hooks("override_whitelisted_methods", {}).get(path, [])
	others = [other for other in others if not other.startswith("crm_pipeline.")]
	given = (source_name, target_doc) if args is None else (source_name, target_doc, args)
	return frappe.get_attr(others[-1] if others else path)(*given)
