"""Moments that no clock change and no time zone moves, and what a site's clock shows of them.

A stamp is a number of seconds (of microseconds in the audit log) since 1970 in UTC. A site's own dates are kept without a
zone, as its clock shows them.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone, tzinfo

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
SECOND, MICROSECOND, DAY = timedelta(seconds=1), timedelta(microseconds=1), 24 * 60 * 60


def get_microseconds() -> int:
	"""Return the stamp of this moment, in microseconds."""
	return (datetime.now(timezone.utc) - EPOCH) // MICROSECOND


def get_stamp(shown: datetime, zone: tzinfo, now: int) -> int:
	"""Return the stamp of what a clock in a zone shows; of an hour that it shows twice, the last time before `now`."""
	first, second = ((shown.replace(tzinfo=zone, fold=fold) - EPOCH) // SECOND for fold in (0, 1))
	return second if first < second <= now else first


def get_shown(stamp: int, zone: tzinfo) -> datetime:
	"""Return what a clock in a zone shows at a stamp."""
	return (EPOCH + timedelta(seconds=stamp)).astimezone(zone).replace(tzinfo=None)


def get_offsets(zone: tzinfo, first: datetime, last: datetime) -> Iterator[tuple[datetime, int]]:
	"""Yield (shown from when, seconds that the clock is ahead of UTC) for a stretch of what a clock shows, in order."""
	start, end = ((moment.replace(tzinfo=zone) - EPOCH) // SECOND for moment in (first, last))
	offset = _get_offset(start, zone)
	yield first, offset
	for stamp in range(start, end + DAY, DAY):
		if _get_offset(stamp + DAY, zone) != offset:
			change = _find_change(stamp, stamp + DAY, zone)
			after = _get_offset(change, zone)
			yield get_shown(change, timezone(timedelta(seconds=max(offset, after)))), after
			offset = after


def _find_change(before: int, after: int, zone: tzinfo) -> int:
	offset = _get_offset(before, zone)
	while after - before > 1:
		middle = (before + after) // 2
		before, after = (middle, after) if _get_offset(middle, zone) == offset else (before, middle)
	return after


def _get_offset(stamp: int, zone: tzinfo) -> int:
	return (EPOCH + timedelta(seconds=stamp)).astimezone(zone).utcoffset() // SECOND


def read_date(value: datetime | str | None) -> datetime | None:
	"""Return a date that the database may have given as text; None for what is none, such as 2026-00-00."""
	if value is None or isinstance(value, datetime):
		return value
	try:
		return datetime.fromisoformat(value)
	except ValueError:
		return None
