"""A slice of the opportunities: filters as the list takes them, and what it holds for the user who looks.

Cards and charts count with the same filters that their click hands to the list, under the list's own rule, so that a
number and the list behind it can't differ. One filter per field: the list keeps only the last of two.
"""

from datetime import date

import frappe
from frappe import _
from frappe.desk.doctype.number_card.number_card import get_result
from frappe.query_builder.functions import Count, Sum
from pypika import Order
from pypika.queries import QueryBuilder
from pypika.terms import Field

from crm_pipeline.access.permissions import limit_to_visible
from crm_pipeline.constants import LOST_REASON_ROW, OPPORTUNITY
from crm_pipeline.domain import json_text
from crm_pipeline.domain.lifecycle import STAGES, WON, Outcome, get_open_statuses
from crm_pipeline.refusal import Whole, refuse
from crm_pipeline.sql import Month, Year, group_by_text

LIST = ("List", OPPORTUNITY, "List")

# field, or "Child DocType.field" → (operator, value)
Filters = dict[str, tuple]
OPEN: Filters = {"status": ("in", get_open_statuses())}


def require_reader() -> None:
	"""Refuse a user who may not read opportunities at all."""
	frappe.has_permission(OPPORTUNITY, "read", throw=True)


def read_object(value: dict | str | None, example: dict) -> dict:
	"""Return an object, sent as such or as JSON, empty for nothing; refuse any other shape, with an example."""
	found = json_text.read(value, dict) if value else {}
	if found is None:
		text = Whole(json_text.write(example))
		refuse(_("{0} can't be read. Send something like {1}."), json_text.write(value), text)
	return found


def get_statuses(outcome: Outcome) -> tuple[str, ...]:
	return tuple(name for name, stage in STAGES.items() if stage.outcome is outcome)


def get_number(filters: Filters, field: str | None = None) -> float:
	"""Return how many opportunities of the slice the user sees, or what their `field` adds up to."""
	function = "Sum" if field else "Count"
	card = frappe._dict(document_type=OPPORTUNITY, function=function, aggregate_function_based_on=field)
	return get_result(card, to_list(filters)) or 0


def to_list(filters: Filters) -> list[list]:
	"""Return the filters as the list sends them to the server."""
	return [[*_split(key), operator, value] for key, (operator, value) in filters.items()]


def to_route_options(filters: Filters) -> dict[str, list]:
	"""Return what the browser sets before it opens the list."""
	return {".".join(_split(key)): [operator, value] for key, (operator, value) in filters.items()}


def count_by(field: str, statuses: tuple[str, ...], limit: int) -> list[tuple[str, int]]:
	"""Return the most frequent values of a field among the user's opportunities, with their counts."""
	opportunity = frappe.qb.DocType(OPPORTUNITY)
	value = opportunity[field]
	query = frappe.qb.from_(opportunity).where(opportunity.status.isin(statuses) & value.isnotnull())
	return _get_top(query, value, Count("*"), limit)


def count_lost_reasons(
	statuses: tuple[str, ...], first: date, last: date, limit: int
) -> list[tuple[str, int]]:
	"""Return the most frequent reasons of the user's opportunities that closed from the `first` day to the `last`."""
	opportunity, row = frappe.qb.DocType(OPPORTUNITY), frappe.qb.DocType(LOST_REASON_ROW)
	query = (
		frappe.qb.from_(opportunity)
		.join(row)
		.on(row.parent == opportunity.name)
		.where(opportunity.status.isin(statuses))
		.where(opportunity.closed_on >= first)
		.where(opportunity.closed_on < frappe.utils.add_days(last, 1))
	)
	return _get_top(query, row.lost_reason, Count("*"), limit)


def sum_won_by_month(first: date, same_currency: Filters) -> dict[tuple[int, int], float]:
	"""Return the won value of the user's opportunities per (year, month) of closing, from the `first` day on."""
	opportunity = frappe.qb.DocType(OPPORTUNITY)
	year, month = Year(opportunity.closed_on), Month(opportunity.closed_on)
	query = (
		frappe.qb.from_(opportunity)
		.select(year, month, Sum(opportunity.base_won_value))
		.where((opportunity.status == WON) & (opportunity.closed_on >= first))
		.groupby(year, month)
	)
	if same_currency:
		query = query.where(opportunity.company.isin(same_currency["company"][1]))
	return {(year, month): value for year, month, value in limit_to_visible(query).run()}


def get_same_currency() -> Filters:
	"""Return the filter that keeps to companies with the site's currency, empty where all have it.

	Amounts of two currencies are never added up, and the browser writes the site's currency beside a sum.
	"""
	companies = frappe.get_all("Company", fields=["name", "default_currency"], order_by="name")
	same = [row.name for row in companies if row.default_currency == get_currency()]
	return {} if len(same) == len(companies) else {"company": ("in", same or [""])}


def get_currency() -> str:
	return frappe.db.get_default("currency")


def _get_top(query: QueryBuilder, value: Field, count: Count, limit: int) -> list[tuple]:
	"""Of equally frequent values the first by name comes first: a click asks again, and goes by position."""
	query = group_by_text(limit_to_visible(query), value).select(count)
	return list(query.orderby(count, order=Order.desc).orderby(value).limit(limit).run())


def _split(key: str) -> tuple[str, str]:
	doctype, _dot, field = key.rpartition(".")
	return doctype or OPPORTUNITY, field
