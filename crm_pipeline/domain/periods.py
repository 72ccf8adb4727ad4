"""Months and quarters of the calendar, and the periods that reports start from."""

from datetime import date, timedelta
from typing import NamedTuple

MONTHS_LOOKED_BACK = 12
QUARTERS_LOOKED_AHEAD = 4


class Period(NamedTuple):
	"""Two days and all between them, under a name that sorts by time."""

	label: str
	from_date: date
	to_date: date

	def clip(self, from_date: date, to_date: date) -> "Period":
		"""Return the part of the period from `from_date` to `to_date`."""
		return Period(self.label, max(self.from_date, from_date), min(self.to_date, to_date))


def get_month(year: int, month: int) -> Period:
	return Period(f"{year}-{month:02}", date(year, month, 1), _get_last_day(year, month))


def get_quarter(year: int, month: int) -> Period:
	"""Return the quarter that the month belongs to."""
	quarter = (month + 2) // 3
	return Period(f"{year} Q{quarter}", date(year, quarter * 3 - 2, 1), _get_last_day(year, quarter * 3))


GRAINS = {"Month": get_month, "Quarter": get_quarter}


def get_periods(grain: str, from_date: date, to_date: date) -> list[Period]:
	"""Return the months or quarters that the two days and all between them belong to."""
	periods = []
	day = from_date
	while day <= to_date:
		periods.append(GRAINS[grain](day.year, day.month))
		day = periods[-1].to_date + timedelta(days=1)
	return periods


def look_back(from_date: date | None, to_date: date | None, today: date) -> tuple[date, date]:
	"""Complete a period: it ends today and begins with the month eleven months before its end."""
	to_date = to_date or today
	return from_date or add_months(to_date, 1 - MONTHS_LOOKED_BACK), to_date


def look_ahead(from_date: date | None, to_date: date | None, today: date) -> tuple[date, date]:
	"""Complete a period: it begins with this quarter and takes four."""
	if from_date is None:
		day = min(today, to_date or today)
		from_date = get_quarter(day.year, day.month).from_date
	if to_date is None:
		last = add_months(from_date, 3 * QUARTERS_LOOKED_AHEAD - 1)
		to_date = get_quarter(last.year, last.month).to_date
	return from_date, to_date


def add_months(day: date, months: int) -> date:
	"""Return the first day of the month that lies so many months after the day's own."""
	year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
	return date(year, month + 1, 1)


def _get_last_day(year: int, month: int) -> date:
	return add_months(date(year, month, 1), 1) - timedelta(days=1)
