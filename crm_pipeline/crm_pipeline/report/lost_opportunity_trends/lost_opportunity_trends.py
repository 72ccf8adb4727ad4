from collections import Counter, defaultdict

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Sum
from pypika.queries import QueryBuilder

from crm_pipeline.constants import LOST_REASON_ROW
from crm_pipeline.domain import lifecycle, periods, shifts
from crm_pipeline.domain.figures import get_percent
from crm_pipeline.reporting.charts import make_chart, make_figure
from crm_pipeline.reporting.columns import make_column, make_count, make_money, make_percent
from crm_pipeline.reporting.filters import Filters, read_filters
from crm_pipeline.reporting.groups import between
from crm_pipeline.reporting.refusals import explain_refusals
from crm_pipeline.reporting.visible import get_table, select, within
from crm_pipeline.sql import Month, Year

OUTCOMES = tuple(
	name for name, stage in lifecycle.STAGES.items() if stage.outcome is lifecycle.Outcome.NOT_WON
)
REASONS_IN_CHART = 8
ARROWS = {1: "▲", -1: "▼", 0: ""}


@explain_refusals
def execute(filters: dict | None = None) -> tuple:
	"""Return why opportunities were lost or rejected: per month of closing, reason and outcome, shifts marked.

	`outcome` limits it to Lost or Rejected. An opportunity with two reasons counts for both, and once in the total.
	"""
	filters = read_filters(filters)
	outcome = filters.get_choice("outcome", _("Outcome"), ("All", *OUTCOMES))
	outcomes = OUTCOMES if outcome == "All" else (outcome,)
	months = periods.get_periods("Month", filters.from_date, filters.to_date)
	losses = get_losses(filters, outcomes)
	by_reason = get_losses_by_reason(filters, outcomes)
	rows = get_rows(filters, months, losses, by_reason)
	columns = get_columns(filters, outcomes, losses)
	summary = get_summary(filters, losses, rows) if rows else None
	return columns, rows, filters.note, get_chart(months, by_reason), summary


def get_losses(filters: Filters, outcomes: tuple) -> dict:
	"""Return (count, value) per (month, outcome)."""
	query = _select_lost(filters, outcomes)
	return {
		(periods.get_month(year, month), outcome): (count, value or 0)
		for year, month, outcome, count, value in query.run()
	}


def get_losses_by_reason(filters: Filters, outcomes: tuple) -> dict:
	"""Return (count, value) per (reason, outcome) and month."""
	opportunity, row = get_table(), frappe.qb.DocType(LOST_REASON_ROW)
	query = _select_lost(filters, outcomes).select(row.lost_reason).groupby(row.lost_reason)
	query = query.left_join(row).on(
		row.parent == opportunity.name
	)  # left: from the few lost to their reasons
	found = defaultdict(dict)
	for year, month, outcome, count, value, reason in query.run():
		if reason:
			found[reason, outcome][periods.get_month(year, month)] = (count, value or 0)
	return found


def _select_lost(filters: Filters, outcomes: tuple) -> QueryBuilder:
	opportunity = get_table()
	closed = within(opportunity.closed_on, filters) & opportunity.status.isin(outcomes)
	keys = (Year(opportunity.closed_on), Month(opportunity.closed_on), opportunity.status)
	query = select(filters, closed).select(*keys, Count("*"), Sum(opportunity.base_potential_value))
	return query.groupby(*keys)


def get_rows(filters: Filters, months: list, losses: dict, by_reason: dict) -> list[dict]:
	"""Return the rows by month, then by count. A reason that fell to nothing has a row too."""
	rows = []
	for (reason, outcome), counts in by_reason.items():
		history = []
		for month in months:
			count, value = counts.get(month, (0, 0))
			history.append((count, losses.get((month, outcome), (0, 0))[0]))
			shift = shifts.find_shift(history)
			if count or shift:
				rows.append(_get_row(filters, month, reason, outcome, value, history, shift))
	return sorted(rows, key=lambda row: (row["month"], -row["count"], row["reason"], row["outcome"]))


def _get_row(filters, month, reason, outcome, value, history, shift) -> dict:
	*before, (count, all_losses) = history
	mean = shifts.get_mean_share(before)
	return {
		"month": month.label,
		"reason": reason,
		"outcome": _(outcome),
		"count": count,
		"share": get_percent(count, all_losses),
		"mean_before": None if mean is None else mean * 100,
		"shift": ARROWS[shift],
		"value": value,
		"currency": filters.currency,
		"slice": {
			**between("closed_on", *month.clip(filters.from_date, filters.to_date)[1:]),
			"status": outcome,
			"Pipeline Opportunity Lost Reason.lost_reason": reason,
		},
	}


def get_columns(filters: Filters, outcomes: tuple, losses: dict) -> list[dict]:
	closed = {**filters.get_slice(), **between("closed_on", filters.from_date, filters.to_date)}
	lost = {**closed, "status": ["in", list(outcomes)]}
	count, value = (sum(figures[index] for figures in losses.values()) for index in (0, 1))
	return [
		make_column("month", _("Month"), width=100),
		make_column("reason", _("Lost Reason"), width=200),
		make_column("outcome", _("Outcome"), width=100),
		make_count("count", _("Count"), count, lost),
		make_percent("share", _("Share of Month"), None),
		make_percent("mean_before", _("Mean Before"), None),
		make_column("shift", _("Shift"), width=70, align="center"),
		make_money("value", _("Potential Value"), value),
	]


def get_chart(months: list, by_reason: dict) -> dict | None:
	"""Return the counts per month, stacked by the most frequent reasons."""
	totals = Counter()
	for (reason, _outcome), counts in by_reason.items():
		totals[reason] += sum(count for count, _value in counts.values())
	series = {}
	for reason, _total in totals.most_common():
		name = reason if len(series) < REASONS_IN_CHART else _("Other Reasons")
		values = [_count(by_reason, reason, month) for month in months]
		series[name] = [sum(pair) for pair in zip(series.get(name, [0] * len(months)), values, strict=True)]
	labels = [month.label for month in months] if series else []
	return make_chart(labels, series, most=len(labels), barOptions={"stacked": 1})


def _count(by_reason: dict, reason: str, month) -> int:
	return sum(by_reason.get((reason, outcome), {}).get(month, (0, 0))[0] for outcome in OUTCOMES)


def get_summary(filters: Filters, losses: dict, rows: list[dict]) -> list[dict]:
	counts = Counter()
	for (_month, outcome), (count, _value) in losses.items():
		counts[outcome] += count
	value = sum(value for _count, value in losses.values())
	return [
		*(make_figure(_(outcome), counts[outcome]) for outcome in OUTCOMES),
		make_figure(_("Potential Value"), value, "Currency", filters.currency),
		make_figure(_("Shifts"), sum(bool(row["shift"]) for row in rows), color="orange"),
	]
