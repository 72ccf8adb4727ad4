"""The items of an opportunity: known to ERPNext, counted in their own units, priced."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity.input_values import validate_size
from crm_pipeline.crm_pipeline.refusal import get_label, refuse


def set_items(doc: Document) -> None:
	"""Compute the amounts; their sum stands in for a potential value that was left out, never for a typed one."""
	_set_conversion_factors(doc)
	for item in doc.items:
		if flt(item.qty) <= 0:
			refuse(_("{0} is {1}. Enter more than 0."), get_label(item, "qty"), item.qty)
		if flt(item.rate) < 0:
			refuse(_("{0} is {1}. It can't be negative."), get_label(item, "rate"), item.rate)
		item.amount = flt(flt(item.qty) * flt(item.rate), item.precision("amount"))
		validate_size(item, "amount")
	doc.with_items = doc.with_items or int(bool(doc.items))
	doc.items_total = sum(item.amount for item in doc.items)
	validate_size(doc, "items_total")
	if doc.potential_value in (None, "") and doc.items:
		doc.potential_value = doc.items_total


def _set_conversion_factors(doc: Document) -> None:
	"""Check new and changed items and look up their factors; the item's own factor wins over a typed one."""
	saved = doc.get_doc_before_save()
	known = {(item.item_code, item.uom) for item in saved.items} if saved else set()
	changed = [item for item in doc.items if item.item_code and (item.item_code, item.uom) not in known]
	masters = _get_masters({item.item_code for item in changed}) if changed else {}
	for item in changed:
		factors = masters.get(item.item_code)
		if factors is None:
			message = _("{0} {1} does not exist or is disabled. Choose one from the list.")
			refuse(
				message, get_label(item, "item_code"), item.item_code, exception=frappe.LinkValidationError
			)
		item.conversion_factor = flt(factors.get(item.uom) or item.conversion_factor) or 1


def _get_masters(item_codes: set[str]) -> dict[str, dict[str, float]]:
	"""Return UOM → conversion factor per enabled item, with one query."""
	item, conversion = frappe.qb.DocType("Item"), frappe.qb.DocType("UOM Conversion Detail")
	rows = (
		frappe.qb.from_(item)
		.left_join(conversion)
		.on((conversion.parent == item.name) & (conversion.parenttype == "Item"))
		.select(item.name, conversion.uom, conversion.conversion_factor)
		.where(item.name.isin(item_codes) & (item.disabled == 0))
		.run()
	)
	masters: dict[str, dict[str, float]] = {}
	for name, uom, factor in rows:
		masters.setdefault(name, {})[uom] = factor
	return masters
