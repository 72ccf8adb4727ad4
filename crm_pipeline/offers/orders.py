"""What sales orders do to their opportunity: the first one wins it, all of them are what was ordered so far."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, fmt_money

from crm_pipeline.constants import SETTINGS
from crm_pipeline.domain import lifecycle
from crm_pipeline.offers import facts, notes
from crm_pipeline.record.money import get_company_currency

SMALLEST = 1e-6  # differences of rates under this are rounding


def update(record: Document, cause: Document | None = None, submitted: str | None = None) -> None:
	"""Set what was ordered so far. A new order wins a record in play; every other change is left to a person.

	`cause` is the order whose event this is, `submitted` its name when it was just submitted.
	"""
	orders = {order.name: order for order in facts.get_orders(record)}
	ordered = facts.get_ordered_value(orders.values())
	new = submitted if submitted in orders else _get_unknown(record, orders)
	if not new and ordered == flt(record.ordered_value, 9):
		return
	record.set_system_value("ordered_value", ordered)
	is_cheaper = bool(new) and _may_win(record) and _is_under_the_offer(new)
	if new and _may_win(record) and not is_cheaper:
		_win(record, orders[new])
		return
	if record.status == lifecycle.WON and record.sales_order not in orders:
		record.set_system_value("sales_order", next(iter(orders), None))
	notes.save(record, "")
	if order := cause or orders.get(new):
		notes.ask(record, (_describe_cheaper if is_cheaper else _describe)(record, order))


def get_quotation(order: Document, record: Document) -> str | None:
	"""Return the quotation that was ordered: the offer if it is among several."""
	names = [row.prevdoc_docname for row in order.items if row.prevdoc_docname]
	return record.offer if record.offer in names else next(iter(names), None)


def is_due(record: Document) -> bool:
	return bool(_get_unknown(record, {order.name: order for order in facts.get_orders(record)}))


def _get_unknown(record: Document, orders: dict) -> str | None:
	"""Return the first order of a record that knows of none yet."""
	is_unknown = not record.ordered_value and facts.get_ordered_value(orders.values())
	return next(iter(orders)) if is_unknown else None


def _may_win(record: Document) -> bool:
	settings = frappe.get_cached_doc(SETTINGS)
	return bool(settings.win_on_sales_order) and not lifecycle.is_closed(record.status)


def _is_under_the_offer(order: str) -> bool:
	"""Tell whether an item is ordered for less than it was offered, by more than the tolerance of the settings."""
	least = 1 - flt(frappe.get_cached_doc(SETTINGS).order_rate_tolerance) / 100
	if any(ordered + SMALLEST < offered * least for ordered, offered in facts.get_rates(order)):
		return True
	net, to_pay = facts.get_totals(order)  # a negative charge is a discount
	return to_pay + SMALLEST < net * least


def _win(record: Document, order) -> None:
	"""Close as Won with the order's net total. A record without customer, or reopened since, gets there too."""
	reason = _("Sales Order {0}").format(order.name)
	if not record.customer:
		record.update({"opportunity_from": "Customer", "party_name": order.customer})
	if not lifecycle.is_allowed(record.status, lifecycle.WON):
		record.status = lifecycle.OFFER_MADE
		notes.save(record, reason)
	record.set_system_value("sales_order", order.name)
	record.update({"status": lifecycle.WON, "won_value": order.net_total, "won_currency": order.currency})
	notes.save(record, reason)


def _describe_cheaper(record: Document, order) -> str:
	text = _("Sales Order {0} is for less than was offered. {1} stays {2}: decide whether it is won.")
	return text.format(order.name, record.name, _(record.status))


def _describe(record: Document, order) -> str:
	text = _("Sales Order {0} is {1}, {2} ordered so far. {3} stays {4}: decide whether that is right.")
	ordered = fmt_money(record.ordered_value, currency=get_company_currency(record))
	return text.format(order.name, _(order.status), ordered, record.name, _(record.status))
