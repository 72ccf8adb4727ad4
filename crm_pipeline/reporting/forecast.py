"""The sums behind the forecast: open deals by expected closing, won deals by closing, targets by quarter."""

from collections import defaultdict
from dataclasses import replace

import frappe
from frappe.query_builder.functions import Count, Sum
from frappe.utils import cint, flt
from pypika.queries import QueryBuilder

from crm_pipeline.access.permissions import is_manager
from crm_pipeline.constants import SETTINGS
from crm_pipeline.domain import lifecycle, periods
from crm_pipeline.domain.forecast import Calendar, Cell
from crm_pipeline.reporting.filters import Filters
from crm_pipeline.reporting.visible import get_table, select, within
from crm_pipeline.sql import Month, Year, group_by_text

# filters that leave out part of what an engineer sells
NARROWING = ("product_line", "opportunity_type", "source")


def get_cells(filters: Filters, calendar: Calendar, by_engineer: bool) -> dict[tuple, Cell]:
	"""Return a Cell per (label of the calendar, engineer); the engineer is None where they are not told apart."""
	cells = defaultdict(Cell)
	for year, month, engineer, count, value, weighted in _get_open(filters, by_engineer):
		cell = cells[calendar.get_label(year, month), engineer]
		cell.add_open(count, flt(value), flt(weighted))
	for year, month, engineer, count, won in _get_won(filters, calendar, by_engineer):
		cells[calendar.get_label(year, month), engineer].add_won(count, flt(won))
	for label, engineer, target in get_targets(filters, calendar):
		cells[label, engineer if by_engineer else None].add_target(target)
	if cells and not by_engineer:
		cells |= {(label, None): Cell() for label in calendar.periods if (label, None) not in cells}
	return cells


def _get_open(filters: Filters, by_engineer: bool) -> list[tuple]:
	opportunity = get_table()
	query = select(filters, opportunity.status.isin(lifecycle.get_open_statuses()))
	sums = (Count("*"), Sum(opportunity.base_potential_value), Sum(opportunity.weighted_value))
	return _run(query, opportunity.expected_closing, sums, by_engineer)


def _get_won(filters: Filters, calendar: Calendar, by_engineer: bool) -> list[tuple]:
	opportunity = get_table()
	whole = replace(filters, from_date=calendar.from_date, to_date=calendar.to_date)
	query = select(whole, opportunity.status == lifecycle.WON, within(opportunity.closed_on, whole))
	return _run(query, opportunity.closed_on, (Count("*"), Sum(opportunity.base_won_value)), by_engineer)


def _run(query: QueryBuilder, moment, sums: tuple, by_engineer: bool) -> list[tuple]:
	"""Return (year, month, engineer, *sums), the engineer as None unless told apart and as "" where there is none."""
	keys = (Year(moment), Month(moment))
	query = query.select(*keys).groupby(*keys)
	if by_engineer:
		query = group_by_text(query, get_table().sales_engineer)
	rows = query.select(*sums).run()
	if by_engineer:
		return [(year, month, name or "", *figures) for year, month, name, *figures in rows]
	return [(year, month, None, *figures) for year, month, *figures in rows]


def has_targets(filters: Filters, calendar: Calendar) -> bool:
	"""Targets are per quarter, and per engineer over all they sell."""
	is_whole = filters.with_history and not filters.regions and not filters.equal.keys() & set(NARROWING)
	return calendar.grain == "Quarter" and is_whole


def get_targets(filters: Filters, calendar: Calendar) -> list[tuple]:
	"""Return (quarter's label, engineer, target) of those whose target the readers may see: their own, or all."""
	if not has_targets(filters, calendar):
		return []
	rows = frappe.get_all(
		"Pipeline Sales Target",
		filters={"parenttype": SETTINGS},
		fields=["sales_engineer", "year", "quarter", "target", "company"],
	)
	quarters = [(periods.get_quarter(row.year, cint(row.quarter) * 3).label, row) for row in rows]
	return [
		(label, row.sales_engineer, flt(row.target))
		for label, row in quarters
		if label in calendar.periods and _counts(row, filters)
	]


def _counts(row, filters: Filters) -> bool:
	if any(user != row.sales_engineer and not is_manager(user) for user in filters.get_readers()):
		return False
	if filters.equal.get("sales_engineer", row.sales_engineer) != row.sales_engineer:
		return False
	company = row.company or frappe.defaults.get_global_default("company")
	return filters.company in (None, company)
