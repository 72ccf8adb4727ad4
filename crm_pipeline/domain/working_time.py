"""Working minutes between two moments, by working hours and holidays."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
	"""When people work: the hours of a day (as time since midnight) and the days on which nobody does."""

	opens: timedelta = timedelta(0)
	closes: timedelta = DAY
	holidays: Collection[date] = field(default_factory=frozenset)


def get_minutes(start: datetime, end: datetime) -> int:
	"""Return the full minutes from start to end, 0 if the end comes first."""
	return max(0, int((end - start) // timedelta(minutes=1)))


def get_working_minutes(start: datetime, end: datetime, calendar: Calendar) -> int:
	"""Return the full working minutes from start to end. Days are cut at midnight of the site."""
	worked = timedelta(0)
	day = start.date()
	while day <= end.date():
		if day not in calendar.holidays:
			midnight = datetime.combine(day, time())
			begin = max(start, midnight + calendar.opens)
			finish = min(end, midnight + calendar.closes)
			worked += max(timedelta(0), finish - begin)
		day += DAY
	return int(worked // timedelta(minutes=1))


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
