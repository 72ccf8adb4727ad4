"""Working minutes between two moments, by working hours and holidays."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from crm_pipeline.domain import clock

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
	"""When people work: the hours of a day (as time since midnight) and the days on which nobody does.

	The days off are known for some dates only, those of a holiday list. Before and after them, the weekdays that are off
	in the list are taken to be off as well, and no others.
	"""

	opens: timedelta = timedelta(0)
	closes: timedelta = DAY
	holidays: Collection[date] = field(default_factory=frozenset)
	weekdays_off: Collection[int] = field(default_factory=frozenset)
	known_from: date = date.min
	known_to: date = date.max

	def is_day_off(self, day: date) -> bool:
		is_known = self.known_from <= day <= self.known_to
		return day in self.holidays or (not is_known and day.weekday() in self.weekdays_off)


def get_minutes(start: int, end: int) -> int:
	"""Return the full minutes from one stamp to another, 0 if the end comes first."""
	return max(0, (end - start) // 60)


def get_working_minutes(start: int, end: int, calendar: Calendar, zone: tzinfo) -> int:
	"""Return the full working minutes from one stamp to another. Days are those that a clock in the zone shows."""
	worked = 0
	day, last = (clock.get_shown(stamp, zone).date() for stamp in (start, end))
	while day <= last:
		if not calendar.is_day_off(day):
			midnight = datetime.combine(day, time())
			opening, closing = (
				clock.get_stamp(midnight + hours, zone, end) for hours in (calendar.opens, calendar.closes)
			)
			worked += max(0, min(end, closing) - max(start, opening))
		day += DAY
	return worked // 60


def parse_time(value: time | timedelta | str | None) -> timedelta | None:
	"""Return a time of day, in whatever form it was stored, as time since midnight."""
	if value is None or value == "":
		return None
	if isinstance(value, timedelta):
		return value
	if isinstance(value, str):
		value = datetime.strptime(
			value.split(".")[0].strip(), "%H:%M:%S" if value.count(":") > 1 else "%H:%M"
		)
	return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
