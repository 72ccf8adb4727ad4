from collections import defaultdict
from collections.abc import Iterable

from frappe import _
from frappe.query_builder.functions import Count, Sum

from crm_pipeline.domain import lifecycle
from crm_pipeline.domain.figures import get_average, get_percent
from crm_pipeline.record import clock
from crm_pipeline.reporting.charts import make_chart, make_figure
from crm_pipeline.reporting.columns import make_column, make_count, make_money, make_number, make_percent
from crm_pipeline.reporting.filters import Filters, read_filters
from crm_pipeline.reporting.groups import between
from crm_pipeline.reporting.refusals import explain_refusals
from crm_pipeline.reporting.visible import count_if, get_table, select, within

SECONDS_PER_DAY = 24 * 60 * 60
WAY = (lifecycle.OPEN, lifecycle.OFFER_MADE, lifecycle.WON)  # the stages of a deal that goes well
EXIT_FIELDS = {name: lifecycle.STAGES[name].exit_fields for name in lifecycle.get_open_statuses()}


@explain_refusals
def execute(filters: dict | None = None) -> tuple:
	"""Return what became of the opportunities opened in the period: stages, conversion, time in each stage."""
	filters = read_filters(filters)
	stages = get_stages(filters)
	reached = get_reached(stages)
	rows = get_rows(filters, stages, reached) if stages else []
	figures = {_("Reached"): [reached[stage] for stage in WAY]}
	chart = make_chart([_(stage) for stage in WAY], figures, colors=["blue"])
	summary = get_summary(filters, stages, reached) if stages else None
	return get_columns(filters, stages), rows, filters.note, chart if stages else None, summary


def get_stages(filters: Filters) -> dict[str, dict]:
	"""Return, for each stage that opportunities are in now, the sums over these by name.

	`waiting` is in seconds since the last change; the exit fields tell of all stages that these ones ever left.
	"""
	opportunity = get_table()
	query = select(filters, within(opportunity.opened_on, filters)).select(
		opportunity.status,
		Count("*").as_("count"),
		Sum(opportunity.base_potential_value).as_("value"),
		Sum(opportunity.weighted_value).as_("weighted"),
		Sum(opportunity.base_won_value).as_("won"),
		Sum(clock.get_now() - opportunity.status_changed_utc).as_("waiting"),
		count_if(opportunity[EXIT_FIELDS[lifecycle.OFFER_MADE].count] > 0).as_("left_offer"),
		*(Sum(opportunity[name]).as_(name) for fields in EXIT_FIELDS.values() for name in fields),
	)
	rows = query.groupby(opportunity.status).run(as_dict=True)
	return {row.status: {name: figure or 0 for name, figure in row.items()} for row in rows}


def add_up(stages: dict, name: str, among: Iterable[str] = lifecycle.STAGES) -> float:
	"""Return a sum over the opportunities that are now in one of some stages, of all stages by default."""
	return sum(stages[stage][name] for stage in among if stage in stages)


def get_reached(stages: dict) -> dict[str, int]:
	"""Return how many opportunities ever came to a stage. All began as Open; who is past an offer, left one."""
	counts = {stage: add_up(stages, "count", [stage]) for stage in lifecycle.STAGES}
	past = (lifecycle.OFFER_MADE, lifecycle.WON)
	offered = sum(counts[stage] for stage in past)
	offered += add_up(stages, "left_offer", lifecycle.STAGES.keys() - past)
	return {**counts, lifecycle.OPEN: sum(counts.values()), lifecycle.OFFER_MADE: offered}


def get_days_in_stage(stages: dict) -> dict[str, float | None]:
	"""Return the average days after which the opportunities left a stage."""
	return {
		stage: get_average(add_up(stages, fields.seconds) / SECONDS_PER_DAY, add_up(stages, fields.count))
		for stage, fields in EXIT_FIELDS.items()
	}


def get_rows(filters: Filters, stages: dict, reached: dict) -> list[dict]:
	rows, days = [], get_days_in_stage(stages)
	for stage, (before, is_open) in _get_stages_before().items():
		now = stages.get(stage) or defaultdict(int)
		rows.append(
			{
				"stage": _(stage),
				"count": now["count"],
				"value": now["value"],
				"weighted": now["weighted"] if is_open else None,
				"won": now["won"] if stage == lifecycle.WON else None,
				"reached": reached[stage],
				"share": get_percent(reached[stage], reached[lifecycle.OPEN]),
				"conversion": get_percent(reached[stage], reached[before]) if before else None,
				"days": days.get(stage),
				"days_so_far": get_average(now["waiting"] / SECONDS_PER_DAY, now["count"])
				if is_open
				else None,
				"currency": filters.currency,
				"slice": {"status": stage},
			}
		)
	return rows


def _get_stages_before() -> dict[str, tuple]:
	"""Return, for each stage, the one before it on the way to Won and whether it is an open one."""
	before = dict(zip(WAY[1:], WAY, strict=False))
	return {name: (before.get(name), not stage.is_closed) for name, stage in lifecycle.STAGES.items()}


def get_columns(filters: Filters, stages: dict) -> list[dict]:
	opened = {**filters.get_slice(), **between("opened_on", filters.from_date, filters.to_date)}
	return [
		make_column("stage", _("Stage"), width=130),
		make_count("count", _("Now"), add_up(stages, "count"), opened),
		make_money("value", _("Potential Value"), add_up(stages, "value")),
		make_money("weighted", _("Weighted Value"), _get_open_value(stages)),
		make_money("won", _("Won Value"), add_up(stages, "won", [lifecycle.WON])),
		make_count("reached", _("Reached"), None),
		make_percent("share", _("Of All Opened"), None),
		make_percent("conversion", _("Of Stage Before"), None),
		make_number("days", _("Average Days in Stage"), None),
		make_number("days_so_far", _("Average Days so Far"), None),
	]


def _get_open_value(stages: dict) -> float:
	return add_up(stages, "weighted", lifecycle.get_open_statuses())


def get_summary(filters: Filters, stages: dict, reached: dict) -> list[dict]:
	opened, offered, won = (reached[stage] for stage in WAY)
	return [
		make_figure(_("Opened"), opened),
		make_figure(_("Came to an Offer"), get_percent(offered, opened), "Percent"),
		make_figure(_("Of Offers Won"), get_percent(won, offered), "Percent"),
		make_figure(_("Weighted Value"), _get_open_value(stages), "Currency", filters.currency),
	]
