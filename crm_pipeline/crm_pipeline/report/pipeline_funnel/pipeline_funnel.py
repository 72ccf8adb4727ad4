import frappe
from frappe import _
from frappe.query_builder.functions import Count, Sum
from frappe.utils import getdate
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from crm_pipeline.crm_pipeline.audit.log import LOG
from crm_pipeline.crm_pipeline.domain import lifecycle
from crm_pipeline.crm_pipeline.domain.figures import get_average, get_percent
from crm_pipeline.crm_pipeline.reporting.charts import make_chart, make_figure
from crm_pipeline.crm_pipeline.reporting.columns import (
	make_column,
	make_count,
	make_money,
	make_number,
	make_percent,
)
from crm_pipeline.crm_pipeline.reporting.filters import Filters, read_filters
from crm_pipeline.crm_pipeline.reporting.groups import between
from crm_pipeline.crm_pipeline.reporting.refusals import explain_refusals
from crm_pipeline.crm_pipeline.reporting.visible import DateDiff, get_table, select, within
from crm_pipeline.permissions import OPPORTUNITY

SECONDS_PER_DAY = 24 * 60 * 60
WAY = (lifecycle.OPEN, lifecycle.OFFER_MADE, lifecycle.WON)  # the stages of a deal that goes well


@explain_refusals
def execute(filters: dict | None = None) -> tuple:
	"""Return what became of the opportunities opened in the period: stages, conversion, time in each stage."""
	filters = read_filters(filters)
	stages = get_stages(filters)
	reached = get_reached(filters, stages)
	days = get_days_in_stage(filters)
	rows = get_rows(filters, stages, reached, days) if stages else []
	figures = {_("Reached"): [reached[stage] for stage in WAY]}
	chart = make_chart([_(stage) for stage in WAY], figures, colors=["blue"])
	summary = get_summary(filters, stages, reached) if stages else None
	return get_columns(filters, stages), rows, filters.note, chart if stages else None, summary


def get_stages(filters: Filters) -> dict[str, tuple]:
	"""Return (count, value, weighted value, won value, days since the last change) per stage."""
	opportunity = get_table()
	query = select(filters, within(opportunity.opened_on, filters)).select(
		opportunity.status,
		Count("*"),
		Sum(opportunity.base_potential_value),
		Sum(opportunity.weighted_value),
		Sum(opportunity.base_won_value),
		Sum(DateDiff(getdate(), opportunity.status_changed_on)),
	)
	return {
		status: tuple(figure or 0 for figure in figures)
		for status, *figures in query.groupby(opportunity.status).run()
	}


def get_reached(filters: Filters, stages: dict) -> dict[str, int]:
	"""Return how many opportunities ever came to a stage. All began as Open; who was offered is told by the log."""
	counts = {stage: stages.get(stage, (0,))[0] for stage in lifecycle.STAGES}
	won = counts[lifecycle.WON]
	offered = counts[lifecycle.OFFER_MADE] + won + _count_offered_and_left(filters)
	return {**counts, lifecycle.OPEN: sum(counts.values()), lifecycle.OFFER_MADE: offered, lifecycle.WON: won}


def _count_offered_and_left(filters: Filters) -> int:
	"""Count those that came to Offer Made and are now neither there nor won."""
	opportunity, log = get_table(), frappe.qb.DocType(LOG)
	elsewhere = opportunity.status.isin(
		tuple(lifecycle.STAGES.keys() - {lifecycle.OFFER_MADE, lifecycle.WON})
	)
	query = _select_moves(filters, elsewhere).where(log.to_status == lifecycle.OFFER_MADE)
	return query.select(Count(opportunity.name).distinct()).run()[0][0]


def get_days_in_stage(filters: Filters) -> dict[str, float | None]:
	"""Return the average days after which the opportunities left a stage."""
	log = frappe.qb.DocType(LOG)
	query = _select_moves(filters).where(log.from_status.isin(lifecycle.get_open_statuses()))
	query = query.select(log.from_status, Count("*"), Sum(log.seconds_in_status)).groupby(log.from_status)
	return {
		stage: get_average(float(seconds) / SECONDS_PER_DAY, count) for stage, count, seconds in query.run()
	}


def _select_moves(filters: Filters, *criteria: Criterion) -> QueryBuilder:
	"""Return a query over the log's moves from stage to stage of the opportunities opened in the period."""
	opportunity, log = get_table(), frappe.qb.DocType(LOG)
	is_its_log = (log.reference_doctype == OPPORTUNITY) & (log.reference_name == opportunity.name)
	# an entry of another kind repeats the status, and that of a deletion has none
	is_move = (log.from_status != log.to_status) & log.to_status.isin(tuple(lifecycle.STAGES))
	query = select(filters, within(opportunity.opened_on, filters), *criteria)
	return query.join(log).on(is_its_log).where(is_move)


def get_rows(filters: Filters, stages: dict, reached: dict, days: dict) -> list[dict]:
	rows = []
	for stage, (before, is_open) in _get_stages_before().items():
		count, value, weighted, won, waiting = stages.get(stage, (0, 0, 0, 0, 0))
		rows.append(
			{
				"stage": _(stage),
				"count": count,
				"value": value,
				"weighted": weighted if is_open else None,
				"won": won if stage == lifecycle.WON else None,
				"reached": reached[stage],
				"share": get_percent(reached[stage], reached[lifecycle.OPEN]),
				"conversion": get_percent(reached[stage], reached[before]) if before else None,
				"days": days.get(stage),
				"days_so_far": get_average(float(waiting), count) if is_open else None,
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
	count, value = (sum(figures[index] for figures in stages.values()) for index in (0, 1))
	return [
		make_column("stage", _("Stage"), width=130),
		make_count("count", _("Now"), count, opened),
		make_money("value", _("Potential Value"), value),
		make_money("weighted", _("Weighted Value"), _get_open_value(stages)),
		make_money("won", _("Won Value"), stages.get(lifecycle.WON, (0, 0, 0, 0))[3]),
		make_count("reached", _("Reached"), None),
		make_percent("share", _("Of All Opened"), None),
		make_percent("conversion", _("Of Stage Before"), None),
		make_number("days", _("Average Days in Stage"), None),
		make_number("days_so_far", _("Average Days so Far"), None),
	]


def _get_open_value(stages: dict) -> float:
	return sum(stages.get(stage, (0, 0, 0))[2] for stage in lifecycle.get_open_statuses())


def get_summary(filters: Filters, stages: dict, reached: dict) -> list[dict]:
	opened, offered, won = (reached[stage] for stage in WAY)
	return [
		make_figure(_("Opened"), opened),
		make_figure(_("Came to an Offer"), get_percent(offered, opened), "Percent"),
		make_figure(_("Of Offers Won"), get_percent(won, offered), "Percent"),
		make_figure(_("Weighted Value"), _get_open_value(stages), "Currency", filters.currency),
	]
