"""Daily: opportunities in play whose documents changed without an event reach them here.

ERPNext marks quotations as Expired by SQL and orders' quotations by `db_set`; others may write past events too.
"""

from collections.abc import Iterator

import frappe
from frappe import _
from frappe.query_builder import DocType

from crm_pipeline.constants import ITEM_ROW, OPPORTUNITY
from crm_pipeline.domain import lifecycle, offers
from crm_pipeline.offers import follow
from crm_pipeline.record import transactions

OFFER_STATUSES = offers.get_statuses("Quotation", lambda state: state.leads_to == lifecycle.OFFER_MADE)
SUPPLIER_STATUSES = offers.get_statuses("Supplier Quotation", lambda state: state.counts)


def run() -> None:
	"""Bring every opportunity up to date that lags behind; one that fails is logged and stops no other."""
	for name in sorted(set(find_late())):
		try:
			transactions.run_alone(follow.catch_up, name)
		except Exception:  # reason: one bad record stops no other, and is logged
			frappe.log_error(_("Offers of {0} were not brought up to date").format(name))


def find_late() -> Iterator[str]:
	"""Yield the opportunities in play that may lag behind their documents."""
	record = DocType(OPPORTUNITY)
	quotation, order = DocType("Quotation"), DocType("Sales Order")
	supplier_quotation, item = DocType("Supplier Quotation"), DocType(ITEM_ROW)
	in_play = record.status.isin(lifecycle.get_open_statuses())
	names = frappe.qb.from_(record).select(record.name).where(in_play)
	queries = (
		names.join(quotation)
		.on(quotation.name == record.offer)
		.where((quotation.docstatus != 0) & quotation.status.notin(OFFER_STATUSES)),
		names.join(quotation)
		.on(quotation.pipeline_opportunity == record.name)
		.where((quotation.docstatus == 1) & quotation.status.isin(OFFER_STATUSES))
		.where(record.offer.isnull() | (record.offer == "")),
		names.join(order)
		.on(order.pipeline_opportunity == record.name)
		.where((order.docstatus == 1) & (order.base_net_total > 0) & (record.ordered_value == 0)),
		names.join(item)
		.on(item.parent == record.name)
		.join(supplier_quotation)
		.on(supplier_quotation.name == item.supplier_quotation)
		.where(supplier_quotation.status.notin(SUPPLIER_STATUSES)),
	)
	for query in queries:
		yield from (name for (name,) in query.run())
