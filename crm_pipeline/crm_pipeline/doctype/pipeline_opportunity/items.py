"""The items of an opportunity: known to ERPNext, counted in their own units, priced."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from crm_pipeline.domain.text import as_html
from crm_pipeline.record.changes import is_same_value, stays_closed
from crm_pipeline.record.given import is_given
from crm_pipeline.record.input_values import validate_size
from crm_pipeline.refusal import get_label, refuse

TEXTS = ("item_name", "description")
MASTER_FIELDS = (*TEXTS, "item_group", "brand", "stock_uom")
# a row in which one of these changed follows its item anew
FOLLOWING = ("item_code", "uom", "item_group", "brand", "conversion_factor")


def set_items(doc: Document) -> None:
	"""Compute the amounts; their sum stands in for a potential value that was left out, never for a typed one."""
	if stays_closed(doc):
		return
	_follow_masters(doc)
	# asked of each row, the precision costs a query each on Frappe 16
	decimals = {fieldname: doc.precision(fieldname, "items") for fieldname in ("qty", "rate", "amount")}
	for item in doc.items:
		if flt(item.qty, decimals["qty"]) <= 0:
			refuse(_("{0} is {1}. Enter more than 0."), get_label(item, "qty"), item.qty)
		if flt(item.rate) < 0:
			refuse(_("{0} is {1}. It can't be negative."), get_label(item, "rate"), item.rate)
		_set_amount(item, decimals)
		validate_size(item, "amount")
	doc.with_items = doc.with_items or int(bool(doc.items))
	doc.items_total = flt(sum(item.amount for item in doc.items), doc.precision("items_total"))
	validate_size(doc, "items_total")
	if not is_given(doc.potential_value) and doc.items:
		doc.potential_value = doc.items_total


def _set_amount(item: Document, decimals: dict[str, int]) -> None:
	"""Round as ERPNext's documents do: quantity and rate first, then what they come to."""
	item.qty = flt(item.qty, decimals["qty"])
	if is_given(item.rate):
		item.rate = flt(item.rate, decimals["rate"])
	item.amount = flt(item.qty * flt(item.rate), decimals["amount"])


def _follow_masters(doc: Document) -> None:
	"""Let new and changed rows follow their items. What an item says of itself is read once, for all rows."""
	saved = doc.get_doc_before_save()
	before = {row.name: row for row in saved.items} if saved else {}
	for row in doc.items:
		if row.description and not _is_same_text(row, before.get(row.name)):
			row.description = as_html(row.description)
	changed = [row for row in doc.items if row.item_code and not _is_known(row, before.get(row.name))]
	masters = _get_masters({row.item_code for row in changed}) if changed else {}
	for row in changed:
		master = masters.get(row.item_code)
		if master is None:
			message = _("{0} {1} does not exist or is disabled. Choose one from the list.")
			refuse(message, get_label(row, "item_code"), row.item_code, exception=frappe.LinkValidationError)
		_follow_master(row, before.get(row.name), master)


def _is_known(row: Document, before: Document | None) -> bool:
	return bool(before and row.item_name) and all(is_same_value(row, before, name) for name in FOLLOWING)


def _is_same_text(row: Document, before: Document | None) -> bool:
	return bool(before) and row.description == before.description


def _follow_master(row: Document, before: Document | None, master: dict) -> None:
	"""A typed text stays, unless it was another item's; the item's own factor wins over a typed one."""
	is_another = before and before.item_code != row.item_code
	for fieldname in TEXTS:
		if not row.get(fieldname) or (is_another and row.get(fieldname) == before.get(fieldname)):
			row.set(fieldname, master[fieldname])
	row.item_group, row.brand, row.uom = master["item_group"], master["brand"], row.uom or master["stock_uom"]
	row.conversion_factor = flt(master["factors"].get(row.uom) or row.conversion_factor) or 1


def _get_masters(item_codes: set[str]) -> dict[str, dict]:
	"""Return the MASTER_FIELDS of each enabled item and its `factors` (UOM → conversion factor), with one query."""
	item, conversion = frappe.qb.DocType("Item"), frappe.qb.DocType("UOM Conversion Detail")
	rows = (
		frappe.qb.from_(item)
		.left_join(conversion)
		.on((conversion.parent == item.name) & (conversion.parenttype == "Item"))
		.select(
			item.name, conversion.uom, conversion.conversion_factor, *(item[name] for name in MASTER_FIELDS)
		)
		.where(item.name.isin(item_codes) & (item.disabled == 0))
		.run()
	)
	masters: dict[str, dict] = {}
	for name, uom, factor, *values in rows:
		master = masters.setdefault(name, {**dict(zip(MASTER_FIELDS, values, strict=True)), "factors": {}})
		master["factors"][uom] = factor
	return masters
