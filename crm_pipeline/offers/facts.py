"""What the database says about the documents of an opportunity. Only documents of its party and company count."""

import math

import frappe
from frappe.model.document import Document
from frappe.utils import flt

from crm_pipeline.domain import lifecycle, offers


def get_quotations(record: Document) -> list[offers.Quotation]:
	"""Return the quotations in the order they were made."""
	filters = {
		"pipeline_opportunity": record.name,
		"company": record.company,
		"party_name": ("in", get_parties(record)),
	}
	fields = ["name", "status", "docstatus", "amended_from"]
	return [
		offers.Quotation(
			row.name,
			row.status,
			offers.get_state("Quotation", row.status, row.docstatus),
			is_draft=row.docstatus == 0,
			is_amendment=bool(row.amended_from),
		)
		for row in frappe.get_all("Quotation", filters=filters, fields=fields, order_by="creation, name")
	]


def get_orders(record: Document) -> list:
	"""Return the orders that count, the first one first."""
	filters = {"pipeline_opportunity": record.name, "company": record.company, "docstatus": 1}
	if record.customer:
		filters["customer"] = record.customer
	fields = ["name", "status", "docstatus", "customer", "currency", "net_total", "base_net_total"]
	rows = frappe.get_all("Sales Order", filters=filters, fields=fields, order_by="creation, name")
	return [row for row in rows if offers.get_state("Sales Order", row.status, row.docstatus).counts]


def get_parties(record: Document) -> list[str]:
	"""Return whom a quotation may be for: the customer, and the lead it was before."""
	return [name for name in (record.customer, record.lead) if name]


def get_ordered_value(orders: list) -> float:
	"""Return what was ordered so far, in company currency without taxes."""
	return flt(sum(flt(order.base_net_total) for order in orders), 9)


def get_rates(order: str) -> list[tuple[float, float]]:
	"""Return what each item of an order costs and what was offered for it: net, per stock unit, in company currency.

	A row that names a quotation without the item is compared with infinity: nobody offered that.
	"""
	fields = ["item_code", "base_net_rate", "conversion_factor"]
	rows = frappe.get_all(
		"Sales Order Item", {"parent": order}, [*fields, "prevdoc_docname", "quotation_item"]
	)
	quotations = list({row.prevdoc_docname for row in rows if row.prevdoc_docname})
	offered = frappe.get_all("Quotation Item", {"parent": ("in", quotations)}, ["name", "parent", *fields])
	rates = {}
	for row in offered:
		rates[row.parent, row.item_code] = max(_get_rate(row), rates.get((row.parent, row.item_code), 0))
	rates.update({row.name: _get_rate(row) for row in offered})
	return [
		(
			_get_rate(row),
			rates.get(row.quotation_item, rates.get((row.prevdoc_docname, row.item_code), math.inf)),
		)
		for row in rows
		if row.prevdoc_docname
	]


def get_totals(order: str) -> tuple[float, float]:
	"""Return the net total of an order and what is to pay, in company currency."""
	net, to_pay = frappe.db.get_value("Sales Order", order, ["base_net_total", "base_grand_total"])
	return flt(net), flt(to_pay)


def _get_rate(row) -> float:
	return flt(row.base_net_rate) / (flt(row.conversion_factor) or 1)


def get_lost_reasons(quotations: list[str]) -> tuple[list[str], str]:
	"""Return which of our lost reasons the quotations name, and what else they say about it.

	A reason of ours is one with the name of ERPNext's, enabled and for Lost.
	"""
	named = frappe.get_all(
		"Quotation Lost Reason Detail", filters={"parent": ("in", quotations)}, pluck="lost_reason"
	)
	details = frappe.get_all("Quotation", filters={"name": ("in", quotations)}, pluck="order_lost_reason")
	detail = "\n".join(dict.fromkeys(filter(None, details)))
	reasons = frappe.get_all(
		"Pipeline Lost Reason",
		filters={"name": ("in", named or [""]), "disabled": 0},
		fields=["name", "applies_to", "needs_detail"],
		order_by="name",
	)
	fitting = [row.name for row in reasons if _fits(row, detail)]
	return fitting, detail


def _fits(reason, detail: str) -> bool:
	return lifecycle.reason_applies(reason.applies_to, lifecycle.LOST) and (detail or not reason.needs_detail)
