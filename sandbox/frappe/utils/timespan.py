"""The named spans of time that filters know ("last month")."""

from dateutil.relativedelta import relativedelta
from frappe.types import NotInSandbox
from frappe.utils import dates

EDGES = {
	"week": (dates.get_first_day_of_week, dates.get_last_day_of_week, relativedelta(weeks=1)),
	"month": (dates.get_first_day, dates.get_last_day, relativedelta(months=1)),
	"quarter": (dates.get_quarter_start, dates.get_quarter_ending, relativedelta(months=3)),
	"year": (dates.get_year_start, dates.get_year_ending, relativedelta(years=1)),
}
STEPS = {"last": -1, "this": 0, "next": 1}
DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


def get_timespan_date_range(timespan):
	"""Return the first and the last day of the span."""
	today = dates.getdate()
	if timespan in DAYS:
		day = today + relativedelta(days=DAYS[timespan])
		return day, day
	step, _space, unit = timespan.partition(" ")
	if unit in EDGES and step in STEPS:
		first, last, length = EDGES[unit]
		return first(today + length * STEPS[step]), last(today + length * STEPS[step])
	if unit in ("7 days", "14 days", "30 days") and step in ("last", "next"):
		edge = today + relativedelta(days=STEPS[step] * int(unit.split()[0]))
		return min(edge, today), max(edge, today)
	raise NotInSandbox(f"The sandbox does not know the timespan {timespan}")
