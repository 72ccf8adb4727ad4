"""Moments that no clock change and no time zone moves, and what a site's clock shows of them.

A stamp is a number of seconds (of microseconds in the audit log) since 1970 in UTC. A site's own dates are kept without a
zone, as its clock shows them.
"""

from datetime import datetime, timedelta, timezone, tzinfo

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)


def get_microseconds() -> int:
	"""Return the stamp of this moment, in microseconds."""
	return (datetime.now(timezone.utc) - EPOCH) // MICROSECOND


def get_stamp(shown: datetime, zone: tzinfo) -> int:
	"""Return the stamp of what a clock in a zone shows; of an hour that it shows twice, the first."""
	return (shown.replace(tzinfo=zone, fold=0) - EPOCH) // SECOND


def get_shown(stamp: int, zone: tzinfo) -> datetime:
	"""Return what a clock in a zone shows at a stamp."""
	return (EPOCH + timedelta(seconds=stamp)).astimezone(zone).replace(tzinfo=None)
