"""Make → Quotation, Supplier Quotation, Request for Quotation: unsaved documents from an opportunity in play.

All need read permission on the opportunity (asked by the framework) and create permission on the document, and refuse a closed record,
a disabled item and what else would only fail later. Supplier documents take over a named list of fields, so
that nothing of the customer can reach a supplier.
"""

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc
from frappe.utils import flt

from crm_pipeline.constants import ITEM_ROW, OPPORTUNITY
from crm_pipeline.domain import json_text
from crm_pipeline.offers import links, party_defaults, rates
from crm_pipeline.record import dangling
from crm_pipeline.record.money import get_company_currency
from crm_pipeline.refusal import Whole, refuse

LINK_MAP = {"name": "pipeline_opportunity"}
QUOTATION_MAP = {
	"doctype": "Quotation",
	"field_map": {**LINK_MAP, "opportunity_from": "quotation_to", "party_address": "customer_address"},
	"field_no_map": ["conversion_rate", "source"],
}
# what a supplier may see of an opportunity and of its items
SUPPLIER_FIELDS = {
	OPPORTUNITY: ("company",),
	ITEM_ROW: (
		"item_code",
		"item_name",
		"description",
		"item_group",
		"brand",
		"qty",
		"uom",
		"conversion_factor",
	),
}


def make_quotation(source_name: str, target_doc: str | Document | None = None) -> Document:
	"""Return a Quotation priced by ERPNext, or at the agreed rates if the settings keep them.

	An item without a price in the price list has its agreed rate either way.
	"""
	return _make_quotation(source_name, target_doc, rates.get_agreed)


def make_quotation_from_supplier_rates(
	source_name: str, target_doc: str | Document | None = None
) -> Document:
	"""Return a Quotation at the suppliers' best rates plus the default margin of the settings."""

	def check(source: Document) -> None:
		if not any(flt(item.supplier_rate) for item in source.items):
			refuse(
				_("{0} has no supplier rates yet. Submit a Supplier Quotation for its items."), source.name
			)

	return _make_quotation(source_name, target_doc, rates.get_over_supplier, check)


def make_supplier_quotation(source_name: str, target_doc: str | Document | None = None) -> Document:
	"""Return a Supplier Quotation for the items, in company currency until a supplier is chosen."""
	return _make_supplier_document("Supplier Quotation", source_name, target_doc)


def make_request_for_quotation(source_name: str, target_doc: str | Document | None = None) -> Document:
	"""Return a Request for Quotation for the items."""
	return _make_supplier_document("Request for Quotation", source_name, target_doc)


def _make_quotation(
	source_name: str,
	target_doc: str | Document | None,
	pricing: rates.Pricing,
	check: Callable[[Document], None] = lambda source: None,
) -> Document:
	"""Map a quotation whose fixed rates are those of the pricing."""
	pairs = []

	def complete(source: Document, target: Document) -> None:
		_validate_source(source, target.doctype)
		check(source)
		_leave_out_gone(source, target)
		_set_order_type(source, target)
		if not target.get("items"):
			target.append("items", {})
		items = [item for item, _row in pairs]
		target.ignore_pricing_rule = int(rates.leaves_out_pricing_rules(items, pricing))
		with party_defaults.completed(source, target, is_new=not target_doc):
			target.run_method("set_missing_values")
		rates.set_rates(target, pairs, pricing)
		target.run_method("set_taxes")
		target.run_method("calculate_taxes_and_totals")

	def complete_row(item: Document, row: Document, source: Document) -> None:
		_fetch_from_item(row)
		pairs.append((item, row))

	item_map = {
		"doctype": "Quotation Item",
		"field_no_map": ["rate", "amount", *_get_fetched("Quotation Item")],
		"condition": _has_item,
		"postprocess": complete_row,
	}
	return _map(source_name, target_doc, {OPPORTUNITY: QUOTATION_MAP, ITEM_ROW: item_map}, complete)


def _make_supplier_document(doctype: str, source_name: str, target_doc: str | Document | None) -> Document:
	def complete_row(item: Document, row: Document, source: Document) -> None:
		_fetch_from_item(row)
		master = frappe.get_cached_doc("Item", item.item_code)
		row.stock_uom = master.stock_uom
		if row.meta.has_field("warehouse"):
			row.warehouse = _get_warehouse(master, source.company)

	def complete(source: Document, target: Document) -> None:
		_validate_source(source, doctype)
		if not source.items:
			refuse(_("{0} has no items. Add what the suppliers are asked for."), source.name)
		if target.meta.has_field("currency"):
			target.currency = get_company_currency(source)

	hidden = [*_get_hidden(ITEM_ROW), *_get_fetched(f"{doctype} Item")]
	maps = {
		OPPORTUNITY: {
			"doctype": doctype,
			"field_map": LINK_MAP,
			"field_no_map": _get_hidden(OPPORTUNITY),
		},
		ITEM_ROW: {
			"doctype": f"{doctype} Item",
			"postprocess": complete_row,
			"field_no_map": hidden,
			"condition": _has_item,
		},
	}
	return _map(source_name, target_doc, maps, complete)


def _get_warehouse(item: Document, company: str) -> str | None:
	"""Return where the company receives an item: the item's own default, else the site's."""
	defaults = [row.default_warehouse for row in item.item_defaults if row.company == company]
	defaults.append(frappe.get_cached_doc("Stock Settings").default_warehouse)
	return next((name for name in defaults if name and _is_of(name, company)), None)


def _is_of(warehouse: str, company: str) -> bool:
	return frappe.get_cached_value("Warehouse", warehouse, "company") == company


def _map(source_name: str, target_doc: str | Document | None, maps: dict, complete: Callable) -> Document:
	doctype = maps[OPPORTUNITY]["doctype"]
	if not frappe.has_permission(doctype, "create"):
		message = _("You may not create a {0}. Ask a manager for the permission.")
		refuse(message, _(doctype), exception=frappe.PermissionError)
	return get_mapped_doc(OPPORTUNITY, source_name, maps, read_target(target_doc, doctype), complete)


def read_target(target_doc: str | dict | Document | None, doctype: str) -> Document | None:
	"""Return the document that rows are added to; refuse what is none of its DocType."""
	if not target_doc or isinstance(target_doc, Document):
		return target_doc or None
	values = json_text.read(target_doc, dict)
	tables = [df.fieldname for df in frappe.get_meta(doctype).get_table_fields()]
	is_whole = values and all(is_table(values.get(name)) for name in tables)
	if not is_whole or values.get("doctype") != doctype:
		message = _("{0} is no {1}. Send its fields as JSON text, like {2}.")
		refuse(message, target_doc, _(doctype), Whole(json_text.write({"doctype": doctype})))
	return frappe.get_doc(values)


def is_table(rows: Any) -> bool:
	return rows is None or (isinstance(rows, list) and all(isinstance(row, dict) for row in rows))


def _get_hidden(doctype: str) -> list[str]:
	"""Return the fields that no supplier sees: all but SUPPLIER_FIELDS."""
	fieldnames = (df.fieldname for df in frappe.get_meta(doctype).fields)
	return [name for name in fieldnames if name not in SUPPLIER_FIELDS[doctype]]


def _get_fetched(doctype: str) -> dict[str, str]:
	"""Return the fields of a row that are fetched from its item: fieldname → field of the item."""
	links = {df.fieldname: (df.fetch_from or "").partition(".") for df in frappe.get_meta(doctype).fields}
	return {name: field for name, (link, _dot, field) in links.items() if link == "item_code"}


def _fetch_from_item(row: Document) -> None:
	"""Fill those fields from the cache: the framework would load each item with all its tables once more."""
	item = frappe.get_cached_doc("Item", row.item_code)
	for fieldname, field in _get_fetched(row.doctype).items():
		if not row.get(fieldname) and item.get(field):
			row.set(fieldname, item.get(field))


def _validate_source(source: Document, doctype: str) -> None:
	"""Refuse what the document could not be made or submitted for."""
	links.validate_in_play(source, doctype)
	for item in source.items:
		if not _has_item(item):
			message = _("Item {0} of {1} does not exist any more. Choose another one or take it off.")
			refuse(message, item.item_code, source.name)
		if frappe.get_cached_doc("Item", item.item_code).disabled:
			refuse(_("Item {0} is disabled. Enable it or take it off {1}."), item.item_code, source.name)
	if doctype == "Quotation":
		_validate_party(source)


def _has_item(row: Document) -> bool:
	"""A site's own table of the same rows (optional items, say) is no part of the deal."""
	return row.parentfield == "items" and bool(frappe.get_cached_value("Item", row.item_code, "name"))


def _validate_party(source: Document) -> None:
	fields = ["disabled", "is_frozen"] if source.customer else ["name"]
	party = frappe.db.get_value(source.opportunity_from, source.party_name, fields, as_dict=True)
	if not party:
		message = _("{0} {1} of {2} does not exist any more. Choose whom the Quotation is for.")
		refuse(message, _(source.opportunity_from), source.party_name, source.name)
	if party.disabled or party.is_frozen:
		state = _("disabled") if party.disabled else _("frozen")
		message = _("Customer {0} is {1}. That has to end before a Quotation can be made.")
		refuse(message, source.party_name, state)


def _leave_out_gone(source: Document, target: Document) -> None:
	"""What the opportunity still names and nobody finds (a deleted contact, an address) is left to ERPNext's defaults."""
	gone = dangling.find(source).values()
	for df in target.meta.get_link_fields():
		if (df.options, target.get(df.fieldname)) in gone:
			target.set(df.fieldname, None)


def _set_order_type(source: Document, target: Document) -> None:
	order_types = target.meta.get_options("order_type").split("\n")
	if source.opportunity_type and source.opportunity_type in order_types:
		target.order_type = source.opportunity_type
