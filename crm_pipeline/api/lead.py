"""Lead → Customer."""

import frappe

from crm_pipeline.api.parse import reads_arguments
from crm_pipeline.conversion import convert as conversion
from crm_pipeline.record.conflict import explain_conflict


@frappe.whitelist()
@reads_arguments
def preview_conversion(lead: str) -> dict:
	"""Return what the Convert dialog shows. Needs read permission on the lead.

	{"duplicates": customers with the same e-mail that the user may read, "hidden_duplicates": how many more,
	"similar": readable customers with the same name or phone, "opportunities": open ones that will move, "mandatory":
	fields that the site makes mandatory on Customer, Contact or Address and a new customer would lack}.
	"""
	frappe.has_permission("Lead", "read", doc=lead, throw=True)
	return conversion.preview(lead)


@frappe.whitelist(methods=["POST"])
@reads_arguments
def convert(
	lead: str,
	customer: str | None = None,
	opportunity: dict | str | None = None,
	values: dict | str | None = None,
) -> dict:
	"""Convert a Qualified lead into a new customer, or link it to the existing `customer`.

	`opportunity` holds field values of a first Pipeline Opportunity to create in the same step, `values` what is mandatory
	on this site and can't come from the lead: {"Customer" or "Contact" or "Address": {fieldname: value}}. Needs write on
	the lead and create on Customer (write on `customer` when linking). Raises DuplicateCustomerError (409) when the
	e-mail is a customer's already. Returns {"customer", "opportunity", "moved": [names]}.
	"""
	frappe.has_permission("Lead", "write", doc=lead, throw=True)
	with explain_conflict(None):
		return conversion.convert(lead, customer, opportunity, values)
