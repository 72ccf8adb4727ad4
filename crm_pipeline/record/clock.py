"""The site's clock: what it shows, and the stamp in UTC behind it (domain/clock.py)."""

from datetime import datetime, tzinfo

from dateutil import tz
from frappe.utils import get_datetime, get_system_timezone

from crm_pipeline.domain import clock


def get_zone() -> tzinfo:
	"""Return the rules of the site's time zone; UTC where nobody knows it, as the framework does."""
	return tz.gettz(get_system_timezone()) or tz.UTC


def get_now() -> int:
	return clock.get_microseconds() // 1_000_000


def get_stamp(shown: datetime | str) -> int:
	return clock.get_stamp(get_datetime(shown), get_zone(), get_now())


def get_shown(stamp: int) -> datetime:
	"""Return what the site's clock would show at a stamp, in the zone that the site is in now."""
	return clock.get_shown(stamp, get_zone())


def get_seconds_in_stage(record) -> int:
	"""Return the whole seconds since a record's last change of status, never less than 0."""
	return max(0, get_now() - (record.status_changed_utc or get_stamp(record.status_changed_on)))
