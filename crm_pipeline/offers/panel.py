"""What the form of an opportunity shows of its quotations and orders, and what may be made from it."""

import frappe
from frappe.model.document import Document

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.offers import follow, margins

# mapper → the DocType it makes
MAKES = {
	"make_quotation": "Quotation",
	"make_quotation_from_supplier_rates": "Quotation",
	"make_supplier_quotation": "Supplier Quotation",
	"make_request_for_quotation": "Request for Quotation",
}
FIELDS = {
	"Quotation": ("name", "status", "transaction_date", "valid_till", "currency", "net_total", "grand_total"),
	"Sales Order": ("name", "status", "transaction_date", "currency", "net_total", "grand_total"),
	"Supplier Quotation": ("name", "status", "supplier_name", "valid_till", "currency", "net_total"),
}
RATE_FIELDS = ("parent", "item_code", "qty", "uom", "rate")


def get_documents(record: Document) -> dict:
	"""Return the documents of an opportunity that the user may read, and what may be made from it (api/offers.py)."""
	name = record.name
	return {
		"quotations": _get_quotations(name),
		"orders": _get_list("Sales Order", name),
		"supplier_quotations": _get_supplier_quotations(name),
		"makes": _get_makes(record),
		"is_behind": frappe.has_permission(OPPORTUNITY, "write", doc=record) and follow.is_behind(record),
	}


def _get_makes(record: Document) -> list[str]:
	if lifecycle.is_closed(record.status):
		return []
	has_rates = any(item.supplier_rate for item in record.items)
	needs = {
		"make_quotation_from_supplier_rates": has_rates,
		"make_supplier_quotation": bool(record.items),
		"make_request_for_quotation": bool(record.items),
	}
	return [
		mapper
		for mapper, doctype in MAKES.items()
		if needs.get(mapper, True) and frappe.has_permission(doctype, "create")
	]


def _get_quotations(name: str) -> list:
	"""Return the quotations, each with its margin where one is known and the user may know it."""
	rows = _get_list("Quotation", name)
	totals = margins.get_totals(name, [row.name for row in rows]) if rows and margins.may_see(name) else {}
	return [frappe._dict(row, margin_percent=totals.get(row.name)) for row in rows]


def _get_list(doctype: str, name: str) -> list:
	if not frappe.has_permission(doctype, "read"):
		return []
	filters = {"pipeline_opportunity": name}
	return frappe.get_list(
		doctype, filters=filters, fields=list(FIELDS[doctype]), order_by="creation desc", limit_page_length=0
	)


def _get_supplier_quotations(name: str) -> list:
	rows = {row.name: row for row in _get_list("Supplier Quotation", name)}
	items = frappe.get_all(
		"Supplier Quotation Item",
		filters={"parent": ("in", list(rows) or [""])},
		fields=list(RATE_FIELDS),
		order_by="idx",
	)
	for row in rows.values():
		row["items"] = [item for item in items if item.parent == row.name]
	return list(rows.values())
