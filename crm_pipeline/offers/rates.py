"""The rates that a quotation takes from the opportunity as it is saved, and how its rows get them.

A rate is fixed when it is agreed and the settings keep those, when it comes from a supplier, and when the item is free.
Any other is left to ERPNext.
"""

from collections.abc import Callable, Iterable

import frappe
from frappe.model.document import Document
from frappe.utils import flt

from crm_pipeline.constants import SETTINGS
from crm_pipeline.domain import margin
from crm_pipeline.record.given import has_rate, is_free

Pricing = Callable[[Document], float | None]  # item of an opportunity → its fixed rate


def get_agreed(item: Document) -> float | None:
	is_kept = frappe.get_cached_doc(SETTINGS).keep_agreed_rates
	return flt(item.rate) if is_free(item) or (is_kept and has_rate(item)) else None


def get_over_supplier(item: Document) -> float | None:
	"""Return the supplier's best rate plus the default margin of the settings."""
	if flt(item.supplier_rate):
		return margin.add_margin(
			flt(item.supplier_rate), flt(frappe.get_cached_doc(SETTINGS).default_margin_percent)
		)
	return 0.0 if is_free(item) else None


PRICINGS: tuple[Pricing, ...] = (get_agreed, get_over_supplier)


def leaves_out_pricing_rules(items: Iterable[Document], pricing: Pricing) -> bool:
	"""Tell whether pricing rules have no say in a quotation of these items: they would change a fixed rate."""
	return any(pricing(item) for item in items)


def set_rates(quotation: Document, pairs: list[tuple[Document, Document]], pricing: Pricing) -> None:
	"""Set the fixed rates of (item, its row of the quotation), after ERPNext looked up its own: given before, it would
	add them to the price list. An item that ERPNext has no price for keeps the opportunity's rate.
	"""
	for item, row in pairs:
		rate = pricing(item)
		if rate == 0:
			_make_free(row, bool(quotation.ignore_pricing_rule))
		elif rate or not row.price_list_rate:
			row.rate = rate or item.rate


def _make_free(row: Document, shows_list_price: bool) -> None:
	"""ERPNext takes the list price of a row without a rate, unless all of it is discount, which a pricing rule changes."""
	row.update({"rate": 0, "discount_percentage": 100})
	if not shows_list_price:
		row.price_list_rate = 0
