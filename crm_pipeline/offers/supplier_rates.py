"""The best rate per item among the supplier quotations of an opportunity, and the margins over it."""

from collections.abc import Iterator

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.utils import flt, fmt_money

from crm_pipeline.domain import margin, offers
from crm_pipeline.offers import notes
from crm_pipeline.record.changes import has_changed
from crm_pipeline.refusal import show

COUNTING_STATUSES = offers.get_statuses("Supplier Quotation", lambda state: state.counts)
# fields of an opportunity that decide what a supplier's rate means on it
DECIDING_FIELDS = ("items", "currency", "conversion_rate", "company")


def set_supplier_rates(doc: Document) -> None:
	"""On validate: keep rates and margins right when items or currency change, whatever a caller sent."""
	if doc.is_new():
		_set_rates(doc, {})
	elif doc.flags.new_supplier_rates or any(has_changed(doc, fieldname) for fieldname in DECIDING_FIELDS):
		_set_rates(doc, _get_best_rates(doc))
	_set_margins(doc)


def update(record: Document) -> None:
	"""Bring the best rates to a record in play; nothing is saved when they stand there already."""
	if not is_due(record):
		return
	former = {item.name: (item.supplier_quotation or None, flt(item.supplier_rate)) for item in record.items}
	record.flags.new_supplier_rates = record.flags.told_in_words = True
	notes.save(record, "")
	record.flags.told_in_words = False
	notes.add(record.name, "<br>".join(_describe_changes(record, former)))


def is_due(record: Document) -> bool:
	best = _get_best_rates(record)
	return any(
		(item.supplier_quotation or None, flt(item.supplier_rate)) != _convert(record, item, best)
		for item in record.items
	)


def _get_best_rates(doc: Document) -> dict[str, tuple[float, str]]:
	"""Return item → (lowest rate of a stock unit in company currency, its supplier quotation)."""
	quotation, item = DocType("Supplier Quotation"), DocType("Supplier Quotation Item")
	rows = (
		frappe.qb.from_(quotation)
		.join(item)
		.on(item.parent == quotation.name)
		.select(item.item_code, item.base_net_rate, item.conversion_factor, quotation.name)
		.where((quotation.pipeline_opportunity == doc.name) & (quotation.company == doc.company))
		.where((quotation.docstatus == 1) & quotation.status.isin(COUNTING_STATUSES))
		.where(item.base_net_rate > 0)
		.orderby(quotation.name)
		.run()
	)
	best: dict[str, tuple[float, str]] = {}
	for item_code, base_rate, factor, name in rows:
		rate = flt(base_rate) / (flt(factor) or 1)
		if item_code not in best or rate < best[item_code][0]:
			best[item_code] = (rate, name)
	return best


def _set_rates(doc: Document, best: dict[str, tuple[float, str]]) -> None:
	for item in doc.items:
		item.supplier_quotation, item.supplier_rate = _convert(doc, item, best)


def _describe_changes(record: Document, former: dict[str, tuple[str | None, float]]) -> Iterator[str]:
	"""Yield a sentence per item whose best rate is another one now."""
	for item in record.items:
		now, before = (item.supplier_quotation or None, flt(item.supplier_rate)), former[item.name]
		if now == before:
			continue
		texts = [_describe_rate(record, *rate) for rate in (now, before)]
		values = (show(item.item_name or item.item_code), *texts)
		if not before[0]:
			yield _("{0} has a supplier rate: {1}.").format(*values)
		elif not now[0]:
			yield _("{0} has no supplier rate any more, it was {2}.").format(*values)
		else:
			yield _("The best supplier rate of {0} is {1} now, it was {2}.").format(*values)


def _describe_rate(record: Document, quotation: str | None, rate: float) -> str:
	return _("{0} by {1}").format(fmt_money(rate, currency=record.currency), show(quotation))


def _convert(doc: Document, item: Document, best: dict[str, tuple[float, str]]) -> tuple[str | None, float]:
	"""Return (supplier quotation, rate in the opportunity's currency and the item's unit)."""
	if item.item_code not in best:
		return None, 0.0
	rate, name = best[item.item_code]
	rate = rate * (flt(item.conversion_factor) or 1) / (flt(doc.conversion_rate) or 1)
	return name, flt(rate, doc.precision("supplier_rate", "items"))


def _set_margins(doc: Document) -> None:
	"""An item that is not priced yet has no margin, nor has one without a supplier's rate."""
	costed = [item for item in doc.items if flt(item.supplier_rate) > 0 and flt(item.rate) > 0]
	for item in doc.items:
		item.margin_percent = 0
	for item in costed:
		item.margin_percent = flt(margin.get_margin_percent(flt(item.rate), flt(item.supplier_rate)), 2)
	cost = sum(flt(item.supplier_rate) * flt(item.qty) for item in costed)
	doc.margin_percent = flt(margin.get_margin_percent(sum(flt(item.amount) for item in costed), cost), 2)
