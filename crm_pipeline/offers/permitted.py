"""What Make sets outranks permission levels, and a level that an administrator gave a price holds.

A document that is made from an opportunity travels through the browser before it is saved. The framework resets fields of a
level that the user may not write, whoever filled them, in the document; in the rows of a new one it lets them pass. Both
are decided here by what the server itself would set, from what is saved: nothing that was sent is believed.
"""

from collections.abc import Callable, Iterator

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, flt

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.offers import links, mapper, rates
from crm_pipeline.record import transactions
from crm_pipeline.record.contained import contained

RULE_FLAG = "ignore_pricing_rule"
PRICES = (
	"rate",
	"price_list_rate",
	"discount_percentage",
	"discount_amount",
	"margin_type",
	"margin_rate_or_amount",
)
MAKERS: dict[str, tuple[Callable[[str], Document], ...]] = {
	"Quotation": (mapper.make_quotation, mapper.make_quotation_from_supplier_rates),
	"Supplier Quotation": (mapper.make_supplier_quotation,),
	"Request for Quotation": (mapper.make_request_for_quotation,),
}


def let_through(doc: Document) -> None:
	"""Before a new document is checked against the user's permission levels."""
	if frappe.session.user == "Administrator" or doc.flags.ignore_permissions:
		return
	levels = doc.get_permlevel_access()
	fieldnames = [df.fieldname for df in _get_shut(doc.doctype, levels) if doc.get(df.fieldname)]
	prices = _get_shut_prices(doc, levels)
	if fieldnames or prices:
		with contained(_("The rates of this {0} were left to ERPNext.").format(_(doc.doctype))):
			_decide(doc, fieldnames, prices)


def _decide(doc: Document, fieldnames: list[str], prices: list[str]) -> None:
	sources = _get_sources(doc)
	if not sources:
		return
	allowed = [name for name in fieldnames if _is_set_by_us(doc, name, sources)]
	doc.flags.ignore_permlevel_for_fields = [*(doc.flags.ignore_permlevel_for_fields or ()), *allowed]
	if prices:
		_keep_prices(doc, prices, sources)


def _get_shut(doctype: str, levels: list[int]) -> list:
	return [df for df in frappe.get_meta(doctype).get_high_permlevel_fields() if df.permlevel not in levels]


def _get_shut_prices(doc: Document, levels: list[int]) -> list[str]:
	"""Return the prices of a row that the user may not set; ERPNext takes a missing rate from the list price."""
	if doc.doctype not in ("Quotation", "Sales Order"):
		return []
	shut = {df.fieldname for df in _get_shut(f"{doc.doctype} Item", levels)}
	if "rate" in shut:
		shut.add("price_list_rate")
	return [fieldname for fieldname in PRICES if fieldname in shut]


def _get_sources(doc: Document) -> list[Document]:
	"""Return what the document comes from: the one it amends, the quotations that are ordered, else its opportunity."""
	if amended := doc.get("amended_from"):
		names = [amended] if frappe.db.get_value(doc.doctype, amended, links.LINK) else []
		return _load(doc.doctype, names)
	if doc.doctype == "Sales Order":
		names = {row.get("prevdoc_docname") for row in doc.items} - {None, ""}
		filters = {"name": ("in", list(names)), links.LINK: ("is", "set"), "docstatus": 1}
		return _load("Quotation", frappe.get_all("Quotation", filters, pluck="name", order_by="name"))
	name = doc.get(links.LINK)
	return _load(OPPORTUNITY, [name]) if name and not links.get_objection(doc, name) else []


def _load(doctype: str, names: list[str]) -> list[Document]:
	return [frappe.get_doc(doctype, name) for name in names]


def _is_set_by_us(doc: Document, fieldname: str, sources: list[Document]) -> bool:
	"""Tell whether a value is the one that the server set."""
	if fieldname == RULE_FLAG:
		return any(_leaves_out_pricing_rules(doc, source) for source in sources)
	return any(cstr(made.get(fieldname)) == cstr(doc.get(fieldname)) for made in _get_made(doc, sources))


def _leaves_out_pricing_rules(doc: Document, source: Document) -> bool:
	"""Tell whether the rates of a document were fixed for one of its items, whatever was typed over them since."""
	if source.doctype != OPPORTUNITY:
		return bool(source.get(RULE_FLAG))
	item_codes = {row.item_code for row in doc.items}
	items = [item for item in source.items if item.item_code in item_codes]
	return any(rates.leaves_out_pricing_rules(items, pricing) for pricing in rates.PRICINGS)


def _keep_prices(doc: Document, fieldnames: list[str], sources: list[Document]) -> None:
	"""In the rows of a new document: what the server set stays, anything else is left to ERPNext."""
	made = list(_get_made(doc, sources))
	for row in doc.items:
		of_ours = [one for one in (_find_row(row, document) for document in made) if one]
		for fieldname in fieldnames:
			values = [one.get(fieldname) for one in of_ours]
			if not any(_is_same(row.get(fieldname), value) for value in values):
				row.set(fieldname, values[0] if values else None)


def _get_made(doc: Document, sources: list[Document]) -> Iterator[Document]:
	"""Yield what the document may come from, as the server has it or would make it now."""
	for source in sources:
		if source.doctype != OPPORTUNITY:
			yield source
			continue
		for make in MAKERS[doc.doctype]:
			with transactions.attempt() as making:
				made = make(source.name)
			if not making.error:
				yield made


def _find_row(row: Document, made: Document) -> Document | None:
	"""Return the row that another one was made from: named by it, else of the same item, unit and place."""
	name = row.get("quotation_item")
	alike = [one for one in made.items if (one.item_code, one.uom) == (row.item_code, row.uom)]
	by_name = [one for one in made.items if name and one.name == name]
	by_place = [one for one in alike if one.idx == row.idx]
	return next(iter(by_name or by_place or alike), None)


def _is_same(value, other) -> bool:
	return cstr(value) == cstr(other) or flt(value, 9) == flt(other, 9) != 0
