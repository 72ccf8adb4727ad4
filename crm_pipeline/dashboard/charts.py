"""The charts: each part is a slice. Nothing is cached, because the framework's cache knows a chart but not its user."""

from collections.abc import Callable
from typing import NamedTuple

import frappe
from frappe import _
from frappe.utils import formatdate, getdate, strip_html

from crm_pipeline.constants import LOST_REASON_ROW
from crm_pipeline.dashboard import slices
from crm_pipeline.domain import periods
from crm_pipeline.domain.lifecycle import STAGES, WON, Outcome, get_open_statuses
from crm_pipeline.refusal import list_choices, refuse

MOST_PARTS = 5


class Part(NamedTuple):
	label: str
	value: float
	filters: slices.Filters


class Chart(NamedTuple):
	"""`get_parts` makes the parts, `get_name` says what they measure."""

	get_parts: Callable[[], list[Part]]
	get_name: Callable[[], str]


def get_stages() -> list[Part]:
	return [_count(_(status), {"status": ("=", status)}) for status in STAGES]


def get_won_by_month() -> list[Part]:
	"""Return the won value of this month and the eleven before it."""
	first, last = _get_year()
	same_currency = slices.get_same_currency()
	sums = slices.sum_won_by_month(first, same_currency)
	parts = []
	for month in periods.get_periods("Month", first, last):
		period = [month.from_date.isoformat(), month.to_date.isoformat()]
		filters = {"status": ("=", WON), "closed_on": ("Between", period), **same_currency}
		label = formatdate(month.from_date, "MMM yy")
		parts.append(Part(label, sums.get((month.from_date.year, month.from_date.month), 0), filters))
	return parts


def get_lost_reasons() -> list[Part]:
	statuses = slices.get_statuses(Outcome.NOT_WON)
	first, last = _get_year()
	filters = {
		"status": ("in", statuses),
		"closed_on": ("Between", [first.isoformat(), last.isoformat()]),
	}
	found = slices.count_lost_reasons(statuses, first, last, MOST_PARTS)
	return [_make_reason(reason, count, filters) for reason, count in found]


def _make_reason(reason: str, count: int, filters: slices.Filters) -> Part:
	label = _(reason)  # reason: the name of a record
	return Part(label, count, {**filters, f"{LOST_REASON_ROW}.lost_reason": ("=", reason)})


def get_regions() -> list[Part]:
	return _get_open_by("region")


def get_product_lines() -> list[Part]:
	return _get_open_by("product_line")


def get_engineers() -> list[Part]:
	return _get_open_by("sales_engineer", lambda user: strip_html(frappe.utils.get_fullname(user)))


CHARTS = {
	"Pipeline by Stage": Chart(get_stages, lambda: _("Opportunities")),
	"Pipeline Won Value by Month": Chart(
		get_won_by_month, lambda: _("Won Value ({0})").format(slices.get_currency())
	),
	"Pipeline Lost Reasons": Chart(get_lost_reasons, lambda: _("Opportunities")),
	"Pipeline by Region": Chart(get_regions, lambda: _("Open Opportunities")),
	"Pipeline by Product Line": Chart(get_product_lines, lambda: _("Open Opportunities")),
	"Pipeline by Sales Engineer": Chart(get_engineers, lambda: _("Open Opportunities")),
}


def get_chart(name: str) -> dict:
	"""Return a chart's data for the current user, and beside it `slices`: what the list shows of each part."""
	slices.require_reader()
	if name not in CHARTS:
		refuse(_("There is no chart {0}. Choose one of: {1}."), name, list_choices(CHARTS))
	parts = CHARTS[name].get_parts()
	if not any(part.value for part in parts):
		return {}  # the browser would divide by their sum
	return {
		"labels": [part.label for part in parts],
		"datasets": [{"name": CHARTS[name].get_name(), "values": [part.value for part in parts]}],
		"slices": [slices.to_route_options(part.filters) for part in parts],
	}


def _count(label: str, filters: slices.Filters) -> Part:
	return Part(label, slices.get_number(filters), filters)


def _get_open_by(field: str, get_label: Callable[[str], str] = str) -> list[Part]:
	"""Return a part for each of the most frequent values, and one for the others."""
	top = slices.count_by(field, get_open_statuses(), MOST_PARTS)
	parts = [Part(get_label(value), count, {**slices.OPEN, field: ("=", value)}) for value, count in top]
	others = _count(_("Others"), {**slices.OPEN, field: ("not in", [value for value, _count in top])})
	return [*parts, others] if others.value else parts


def _get_year() -> tuple:
	"""Return the first day of the month eleven months ago, and today."""
	return periods.look_back(None, None, getdate())
