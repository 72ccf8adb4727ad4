"""Reads dates and times as people write them in files: by named formats, never by guessing."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache

from dateutil import tz

ISO = "%Y-%m-%d"
# what a file without a named format may be written in; month names are English
KNOWN = (ISO, "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d %b %Y", "%d-%b-%Y")
KNOWN += ("%b %d, %Y", "%d %B %Y", "%B %d, %Y")
TIME_DIRECTIVES = ("%H", "%I", "%X", "%c", "%T")
# a date, and what may stand behind it: a time with or without a zone
MOMENT = re.compile(
	r"(?P<date>.*[^\s,])(?:T|,?\s+)(?P<time>\d{1,2}:\d{2}(?P<seconds>:\d{2})?)(?:[.,](?P<fraction>\d+))?"
	r"(?:\s?(?P<half>[AaPp][Mm]))?(?:\s?(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?"
)
ZONED = re.compile(r"(?P<moment>.*\d(?:\s?[AaPp][Mm])?)\s?(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})")
OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})?")


def is_date_format(date_format: str) -> bool:
	"""Tell whether a date written in this format can be read back."""
	day = date(2024, 12, 31)
	try:
		return datetime.strptime(day.strftime(date_format), date_format).date() == day
	except ValueError:
		return False


def read_moments(text: str, date_formats: Iterable[str], site_zone: str) -> set[datetime]:
	"""Return what `text` means in these formats: nothing, one moment, or several where they contradict each other.

	A time with a zone is turned into the site's; a date alone is midnight.
	"""
	found = {read_moment(text, date_format, site_zone) for date_format in date_formats}
	return found - {None}


@lru_cache(maxsize=20_000)
def read_moment(text: str, date_format: str, site_zone: str) -> datetime | None:
	"""Return what `text` means in this format; a format without a time takes a time behind the date all the same."""
	if any(directive in date_format for directive in TIME_DIRECTIVES):
		return _read_whole(text, date_format, site_zone)
	match = MOMENT.fullmatch(text)
	day = _parse(match["date"] if match else text, date_format)
	if not (day and match):
		return day
	time = _read_time(match)
	return time and _to_site(datetime.combine(day, time.time()), match["zone"], site_zone)


def _read_whole(text: str, date_format: str, site_zone: str) -> datetime | None:
	if moment := _parse(text, date_format):
		return _to_site(moment, None, site_zone)
	match = ZONED.fullmatch(text)
	moment = match and _parse(match["moment"], date_format)
	return _to_site(moment, match["zone"], site_zone) if moment else None


def _read_time(match: re.Match) -> datetime | None:
	hours = "%I" if match["half"] else "%H"
	time_format = f"{hours}:%M{':%S' if match['seconds'] else ''}{' %p' if match['half'] else ''}"
	time = _parse(f"{match['time']} {match['half'] or ''}".strip(), time_format)
	return time and time.replace(microsecond=int(f"{match['fraction'] or 0:0<6}"[:6]))


def _parse(text: str, text_format: str) -> datetime | None:
	try:
		return datetime.strptime(text, text_format)
	except ValueError:
		return None


def _to_site(moment: datetime, zone: str | None, site_zone: str) -> datetime:
	if zone:
		moment = moment.replace(tzinfo=_get_zone(zone))
	if not moment.tzinfo:
		return moment
	return moment.astimezone(tz.gettz(site_zone) or tz.UTC).replace(tzinfo=None)


def _get_zone(zone: str):
	if not (match := OFFSET.fullmatch(zone)):
		return tz.UTC
	sign, hours, minutes = match.groups()
	seconds = (int(hours) * 60 + int(minutes or 0)) * 60
	return tz.tzoffset(None, -seconds if sign == "-" else seconds)
