import frappe
from frappe import _
from frappe.query_builder.functions import Count, NullIf, Sum
from frappe.utils import flt

from crm_pipeline.correspondence import holidays
from crm_pipeline.domain import lifecycle
from crm_pipeline.domain.figures import get_average, get_percent
from crm_pipeline.reporting.charts import make_chart, make_figure
from crm_pipeline.reporting.columns import make_column, make_count, make_number, make_percent
from crm_pipeline.reporting.filters import Filters, read_filters
from crm_pipeline.reporting.groups import FIELDS, Grouping, between
from crm_pipeline.reporting.refusals import explain_refusals
from crm_pipeline.reporting.visible import count_if, get_table, select, within

GROUPS = (*FIELDS, "Month", "Quarter")
HOURS = 24
SUMS = ("opened", "answered", "waiting", "in_time", "minutes", "timed", "working_minutes", "work_timed")


@explain_refusals
def execute(filters: dict | None = None) -> tuple:
	"""Return how soon the opportunities opened in the period were answered, by `group_by`.

	`within_hours` is how soon an answer is in time. Imported history, which knows no answers, is left out by default.
	"""
	filters = read_filters(filters, with_history=False)
	grouping = Grouping(filters.get_choice("group_by", _("Group By"), GROUPS), "opened_on")
	hours = filters.get_number("within_hours", _("Hours"), HOURS)
	sums = get_sums(filters, grouping, hours)
	rows = get_rows(filters, grouping, sums)
	total = get_figures(add_up(sums.values()))
	summary = get_summary(total, hours) if rows else None
	return get_columns(filters, grouping, total, hours), rows, get_note(filters), get_chart(rows), summary


def get_note(filters: Filters) -> str:
	"""Add what the working minutes assume where a holiday list has run out."""
	companies = [filters.company] if filters.company else frappe.get_all("Company", pluck="name")
	return " ".join(filter(None, [filters.note, *holidays.get_ended(companies).values()]))


def get_sums(filters: Filters, grouping: Grouping, hours: int) -> dict:
	"""Return the sums of each group, named as in SUMS."""
	opportunity = get_table()
	minutes = NullIf(opportunity.mins_to_first_response, "")  # text: empty while unanswered
	working = NullIf(opportunity.working_mins_to_first_response, "")
	waiting = opportunity.first_responded_on.isnull() & opportunity.status.isin(lifecycle.get_open_statuses())
	query = grouping.apply(select(filters, within(opportunity.opened_on, filters))).select(
		Count("*"),
		Count(opportunity.first_responded_on),
		count_if(waiting),
		count_if(minutes + 0 <= hours * 60),
		Sum(minutes + 0),
		Count(minutes),
		Sum(working + 0),
		Count(working),
	)
	parts = [grouping.split(row) for row in query.run()]
	sums = {}
	for key, figures in parts:
		sums[key] = add_up((sums.get(key), dict(zip(SUMS, map(flt, figures), strict=True))))
	return sums


def add_up(all_sums) -> dict:
	return {name: sum(sums[name] for sums in all_sums if sums) for name in SUMS}


def get_figures(sums: dict) -> dict:
	"""Return the figures of a row. An answer that was noted without its minutes is in no average."""
	return {
		"opened": int(sums["opened"]),
		"answered": int(sums["answered"]),
		"unanswered": int(sums["opened"] - sums["answered"]),
		"waiting": int(sums["waiting"]),
		"in_time": get_percent(sums["in_time"], sums["opened"]),
		"average": get_average(sums["minutes"], sums["timed"]),
		"working_average": get_average(sums["working_minutes"], sums["work_timed"]),
	}


def get_rows(filters: Filters, grouping: Grouping, sums: dict) -> list[dict]:
	"""Months and quarters in their order, everything else by who leaves most waiting."""
	labels = grouping.get_labels(list(sums))
	rows = [
		{"group": labels[key], "slice": grouping.get_slice(key, filters), **get_figures(values)}
		for key, values in sums.items()
	]
	if grouping.is_time:
		return sorted(rows, key=lambda row: row["group"])
	return sorted(rows, key=lambda row: (-row["waiting"], -row["opened"], row["group"]))


def get_columns(filters: Filters, grouping: Grouping, total: dict, hours: int) -> list[dict]:
	opened = {**filters.get_slice(), **between("opened_on", filters.from_date, filters.to_date)}
	unanswered = {**opened, "first_responded_on": ["is", "not set"]}
	waiting = {**unanswered, "status": ["in", list(lifecycle.get_open_statuses())]}
	answered = {**opened, "first_responded_on": ["is", "set"]}
	return [
		make_column("group", grouping.label, width=200),
		make_count("opened", _("Opened"), total["opened"], opened),
		make_count("answered", _("Answered"), total["answered"], answered),
		make_count("unanswered", _("Unanswered"), total["unanswered"], unanswered),
		make_count("waiting", _("Still Waiting"), total["waiting"], waiting),
		make_percent("in_time", _("Within {0} Hours").format(hours), total["in_time"]),
		make_number("average", _("Average Minutes"), total["average"]),
		make_number("working_average", _("Average Working Minutes"), total["working_average"]),
	]


def get_chart(rows: list[dict]) -> dict | None:
	"""Return the average minutes of those who answered at all."""
	answered = [row for row in rows if row["average"] is not None]
	return make_chart(
		[row["group"] for row in answered],
		{
			_("Average Minutes"): [round(row["average"], 1) for row in answered],
			_("Average Working Minutes"): [round(row["working_average"] or 0, 1) for row in answered],
		},
	)


def get_summary(total: dict, hours: int) -> list[dict]:
	return [
		make_figure(_("Opened"), total["opened"]),
		make_figure(_("Answered"), total["answered"]),
		make_figure(_("Still Waiting"), total["waiting"], color="red" if total["waiting"] else "green"),
		make_figure(_("Answered within {0} Hours").format(hours), total["in_time"], "Percent"),
		make_figure(_("Average Minutes"), round(total["average"] or 0)),
	]
