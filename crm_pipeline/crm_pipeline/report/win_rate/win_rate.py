from collections import defaultdict
from dataclasses import dataclass, field

from frappe import _
from frappe.query_builder import Case
from frappe.query_builder.functions import Count, Sum

from crm_pipeline.domain import lifecycle
from crm_pipeline.domain.figures import get_average, get_percent
from crm_pipeline.reporting.charts import COLORS, make_chart, make_figure
from crm_pipeline.reporting.columns import make_column, make_count, make_money, make_number, make_percent
from crm_pipeline.reporting.filters import Filters, read_filters
from crm_pipeline.reporting.groups import FIELDS, Grouping, between
from crm_pipeline.reporting.refusals import explain_refusals
from crm_pipeline.reporting.visible import get_table, select, within
from crm_pipeline.sql import DateDiff

GROUPS = (*FIELDS, "Month", "Quarter")
CLOSED = tuple(name for name, stage in lifecycle.STAGES.items() if stage.is_closed)


@dataclass
class Tally:
	"""Closed deals of one group."""

	counts: dict = field(default_factory=lambda: dict.fromkeys(CLOSED, 0))
	won_value: float = 0.0
	days: int = 0

	def add(self, status: str, count: int, won_value: float, days: int) -> None:
		self.counts[status] += count
		self.won_value += won_value or 0
		self.days += days or 0

	def get_figures(self) -> dict:
		closed, won = sum(self.counts.values()), self.counts[lifecycle.WON]
		return {
			**{status.lower(): count for status, count in self.counts.items()},
			"closed": closed,
			"win_rate": get_percent(won, closed),
			"won_value": self.won_value,
			"average_deal": get_average(self.won_value, won),
			"days_to_close": get_average(float(self.days), closed),
		}


@explain_refusals
def execute(filters: dict | None = None) -> tuple:
	"""Return what became of the opportunities closed in the period, by `group_by`."""
	filters = read_filters(filters)
	grouping = Grouping(filters.get_choice("group_by", _("Group By"), GROUPS), "closed_on")
	tallies, total = get_tallies(filters, grouping)
	rows = get_rows(filters, grouping, tallies)
	summary = get_summary(total, filters) if rows else None
	return get_columns(filters, grouping, total), rows, filters.note, get_chart(rows), summary


def get_tallies(filters: Filters, grouping: Grouping) -> tuple[dict, dict]:
	"""Return a Tally per group, and the figures of all."""
	opportunity = get_table()
	closed = opportunity.status.isin(CLOSED) & within(opportunity.closed_on, filters)
	between = DateDiff(opportunity.closed_on, opportunity.opened_on)
	days = Case().when(between > 0, between).else_(0)  # a site that moved west closes before it opened
	query = grouping.apply(select(filters, closed)).select(
		opportunity.status, Count("*"), Sum(opportunity.base_won_value), Sum(days)
	)
	tallies, total = defaultdict(Tally), Tally()
	for row in query.groupby(opportunity.status).run():
		key, figures = grouping.split(row)
		tallies[key].add(*figures)
		total.add(*figures)
	return tallies, total.get_figures()


def get_rows(filters: Filters, grouping: Grouping, tallies: dict) -> list[dict]:
	"""Months and quarters in their order, everything else by won value."""
	labels = grouping.get_labels(list(tallies))
	rows = [
		{
			"group": labels[key],
			"slice": grouping.get_slice(key, filters),
			"currency": filters.currency,
			**tally.get_figures(),
		}
		for key, tally in tallies.items()
	]
	if grouping.is_time:
		return sorted(rows, key=lambda row: row["group"])
	return sorted(rows, key=lambda row: (-row["won_value"], -row["closed"], row["group"]))


def get_columns(filters: Filters, grouping: Grouping, total: dict) -> list[dict]:
	common = {**filters.get_slice(), **between("closed_on", filters.from_date, filters.to_date)}
	counts = [
		make_count(status.lower(), _(status), total[status.lower()], {**common, "status": status})
		for status in CLOSED
	]
	return [
		make_column("group", grouping.label, width=200),
		*counts,
		make_count("closed", _("Closed"), total["closed"], {**common, "status": ["in", list(CLOSED)]}),
		make_percent("win_rate", _("Win Rate"), total["win_rate"]),
		make_money("won_value", _("Won Value"), total["won_value"]),
		make_money("average_deal", _("Average Deal"), total["average_deal"]),
		make_number("days_to_close", _("Average Days to Close"), total["days_to_close"]),
	]


def get_chart(rows: list[dict]) -> dict | None:
	return make_chart(
		[row["group"] for row in rows],
		{_(status): [row[status.lower()] for row in rows] for status in CLOSED},
		colors=[COLORS[status] for status in CLOSED],
		barOptions={"stacked": 1},
	)


def get_summary(total: dict, filters: Filters) -> list[dict]:
	return [
		make_figure(_("Closed"), total["closed"]),
		make_figure(_("Won"), total["won"], color="green"),
		make_figure(_("Win Rate"), total["win_rate"], "Percent"),
		make_figure(_("Won Value"), total["won_value"], "Currency", filters.currency),
		make_figure(_("Average Deal"), total["average_deal"], "Currency", filters.currency),
	]
