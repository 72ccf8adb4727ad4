from frappe import _, _lt
from frappe.utils import add_days

from crm_pipeline.domain import lifecycle, periods
from crm_pipeline.domain.forecast import BEFORE, LATER, UNDATED, Calendar, Cell
from crm_pipeline.reporting.charts import make_chart, make_figure
from crm_pipeline.reporting.columns import make_column, make_count, make_money, make_percent
from crm_pipeline.reporting.filters import Filters, read_filters
from crm_pipeline.reporting.forecast import get_cells, has_targets
from crm_pipeline.reporting.groups import LABELS, between, get_user_names
from crm_pipeline.reporting.refusals import explain_refusals

GROUPS = ("Month", "Quarter", "Sales Engineer")
OTHER_TIMES = {BEFORE: _lt("Before"), LATER: _lt("Later"), UNDATED: _lt("No Date")}
EARLIEST = "1900-01-01"
OPEN = {"status": ["in", list(lifecycle.get_open_statuses())]}


@explain_refusals
def execute(filters: dict | None = None) -> tuple:
	"""Return what is expected to be won and what was, by `group_by`: per month, quarter, or quarter and engineer.

	The period is widened to whole months or quarters. Open deals expected at another time, or at none, have rows
	of their own. Quarters stand beside the targets of Pipeline Settings.
	"""
	filters = read_filters(filters, periods.look_ahead)
	by = filters.get_choice("group_by", _("Group By"), GROUPS)
	calendar = Calendar("Month" if by == "Month" else "Quarter", filters.from_date, filters.to_date)
	cells = get_cells(filters, calendar, by == "Sales Engineer")
	total = add_up(cells)
	columns = get_columns(by, filters, calendar, total)
	rows = get_rows(filters, calendar, cells)
	chart = get_chart(filters, calendar, cells, total) if rows else None
	return (
		columns,
		rows,
		get_note(by, filters, calendar),
		chart,
		get_summary(filters, total) if rows else None,
	)


def add_up(cells: dict) -> Cell:
	total = Cell()
	for cell in cells.values():
		total.add_open(cell.open_count, cell.value, cell.weighted)
		total.add_won(cell.won_count, cell.won)
		if cell.target is not None:
			total.add_target(cell.target)
	return total


def get_note(by: str, filters: Filters, calendar: Calendar) -> str:
	note = _("Targets are for all that an engineer sells, and left out while a filter leaves some of it out.")
	return (
		filters.note if by == "Month" or has_targets(filters, calendar) else f"{filters.note} {note}".strip()
	)


def get_rows(filters: Filters, calendar: Calendar, cells: dict) -> list[dict]:
	names = get_user_names([engineer for _label, engineer in cells])
	order = sorted(cells, key=lambda key: (calendar.labels.index(key[0]), names.get(key[1]) or ""))
	return [
		{
			"period": label if label in calendar.periods else str(OTHER_TIMES[label]),
			"engineer": names.get(engineer) or engineer or _("Not set"),
			**cells[label, engineer].get_figures(),
			"currency": filters.currency,
			"slice": {} if engineer is None else {"sales_engineer": engineer or ["is", "not set"]},
			"slices": get_slices(calendar, label),
		}
		for label, engineer in order
	]


def get_slices(calendar: Calendar, label: str) -> dict:
	"""Return the list filters of the row, per column."""
	period = calendar.periods.get(label)
	if period:
		return {
			"open_count": between("expected_closing", period.from_date, period.to_date),
			"won_count": between("closed_on", period.from_date, period.to_date),
		}
	expected = {
		BEFORE: [
			"Between",
			[EARLIEST, add_days(calendar.from_date, -1).isoformat()],
		],  # "<" lists the empty too
		LATER: [">", calendar.to_date.isoformat()],
		UNDATED: ["is", "not set"],
	}
	return {"open_count": {"expected_closing": expected[label]}}


def get_columns(by: str, filters: Filters, calendar: Calendar, total: Cell) -> list[dict]:
	common, figures = filters.get_slice(), total.get_figures()
	won = {**common, "status": lifecycle.WON, **between("closed_on", calendar.from_date, calendar.to_date)}
	engineer = [make_column("engineer", _("Sales Engineer"), width=180)] if by == "Sales Engineer" else []
	targets = [
		make_money("target", _("Target"), figures["target"]),
		make_percent("won_percent", _("Won of Target"), figures["won_percent"]),
		make_percent("forecast_percent", _("Forecast of Target"), figures["forecast_percent"]),
	]
	return [
		make_column("period", str(LABELS[calendar.grain]), width=120),
		*engineer,
		make_count("open_count", _("Open"), total.open_count, {**common, **OPEN}),
		make_money("value", _("Potential Value"), total.value),
		make_money("weighted", _("Weighted Value"), total.weighted),
		make_count("won_count", _("Won"), total.won_count, won),
		make_money("won", _("Won Value"), total.won),
		make_money("forecast", _("Won and Weighted"), figures["forecast"]),
		*(targets if has_targets(filters, calendar) else []),
	]


def get_chart(filters: Filters, calendar: Calendar, cells: dict, total: Cell) -> dict | None:
	labels = list(calendar.periods)
	by_label = {
		label: add_up({key: cell for key, cell in cells.items() if key[0] == label}) for label in labels
	}
	series = {_("Won Value"): "won", _("Weighted Value"): "weighted", _("Target"): "target"}
	if total.target is None:
		del series[_("Target")]
	datasets = {
		name: [round(getattr(by_label[label], fieldname) or 0, 2) for label in labels]
		for name, fieldname in series.items()
	}
	money = {"fieldtype": "Currency", "options": "currency", "currency": filters.currency}
	return make_chart(labels, datasets, most=len(labels), **money)


def get_summary(filters: Filters, total: Cell) -> list[dict]:
	figures = total.get_figures()
	names = {"weighted": _("Weighted Value"), "won": _("Won Value"), "forecast": _("Won and Weighted")}
	summary = [
		make_figure(name, figures[fieldname], "Currency", filters.currency)
		for fieldname, name in names.items()
	]
	if total.target is None:
		return summary
	return [
		*summary,
		make_figure(_("Target"), total.target, "Currency", filters.currency),
		make_figure(_("Won of Target"), figures["won_percent"], "Percent"),
	]
