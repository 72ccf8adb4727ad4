"""Quotations, supplier quotations and requests for quotation of an opportunity."""

import frappe
from frappe.model.document import Document

from crm_pipeline.access.denial import require
from crm_pipeline.api.parse import reads_arguments
from crm_pipeline.offers import follow, mapper, panel


@frappe.whitelist(methods=["POST"])
@reads_arguments
def make_quotation(source_name: str, target_doc: str | Document | None = None) -> Document:
	"""Return an unsaved Quotation priced by ERPNext, or at the agreed rates if the settings keep them.

	An item without a price in the price list has its agreed rate either way. Needs read permission on the opportunity
	and create permission on Quotation; a closed opportunity makes none.
	"""
	return mapper.make_quotation(source_name, target_doc)


@frappe.whitelist(methods=["POST"])
@reads_arguments
def make_quotation_from_supplier_rates(
	source_name: str, target_doc: str | Document | None = None
) -> Document:
	"""Return an unsaved Quotation at the suppliers' best rates plus the default margin. Needs what `make_quotation` does."""
	return mapper.make_quotation_from_supplier_rates(source_name, target_doc)


@frappe.whitelist(methods=["POST"])
@reads_arguments
def make_supplier_quotation(source_name: str, target_doc: str | Document | None = None) -> Document:
	"""Return an unsaved Supplier Quotation for the items, in company currency until a supplier is chosen.

	Needs read permission on the opportunity and create permission on Supplier Quotation.
	"""
	return mapper.make_supplier_quotation(source_name, target_doc)


@frappe.whitelist(methods=["POST"])
@reads_arguments
def make_request_for_quotation(source_name: str, target_doc: str | Document | None = None) -> Document:
	"""Return an unsaved Request for Quotation for the items.

	Needs read permission on the opportunity and create permission on Request for Quotation.
	"""
	return mapper.make_request_for_quotation(source_name, target_doc)


@frappe.whitelist()
@reads_arguments
def get_documents(name: str) -> dict:
	"""Return the documents of an opportunity that the user may read. Needs read permission on the opportunity.

	{"quotations", "orders", "supplier_quotations": rows of offers.panel.FIELDS, the first ones with "margin_percent" (None for
	who may not know it), the last ones with "items"; "makes":
	functions of this module that the user may call; "is_behind": whether the user's `refresh` would change something}.
	"""
	return panel.get_documents(require(name))


@frappe.whitelist(methods=["POST"])
@reads_arguments
def refresh(name: str) -> None:
	"""Bring an opportunity up to date with its documents. Needs write permission on it."""
	require(name, "write")
	follow.catch_up(name)
