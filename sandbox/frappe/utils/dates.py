"""Dates and times; the site's time zone is UTC."""

import datetime

import frappe
from dateutil import parser, tz
from dateutil.relativedelta import relativedelta

DATE_FORMAT, TIME_FORMAT = "%Y-%m-%d", "%H:%M:%S.%f"
DATETIME_FORMAT = f"{DATE_FORMAT} {TIME_FORMAT}"
DISPLAY_FORMAT = "%d-%m-%Y"
FORMATS = {"MMM yy": "%b %y"}  # as babel writes them → as strftime does


def now_datetime():
	zone = tz.gettz(get_system_timezone())
	return datetime.datetime.now(zone).replace(tzinfo=None)


def get_system_timezone():
	return "UTC"


def now():
	return now_datetime().strftime(DATETIME_FORMAT)


def nowdate():
	return now_datetime().strftime(DATE_FORMAT)


today = nowdate


def getdate(string_date=None):
	"""Return the date of a text or date; today without one."""
	if not string_date:
		return now_datetime().date()
	if isinstance(string_date, datetime.datetime):
		return string_date.date()
	return string_date if isinstance(string_date, datetime.date) else _parse(string_date).date()


def get_datetime(datetime_str=None):
	"""Return the datetime of a text or date; now without one; None for an empty text."""
	if datetime_str is None:
		return now_datetime()
	if isinstance(datetime_str, datetime.datetime):
		return datetime_str
	if isinstance(datetime_str, datetime.date):
		return datetime.datetime.combine(datetime_str, datetime.time())
	return _parse(datetime_str) if datetime_str else None


def _parse(text):
	try:
		return datetime.datetime.fromisoformat(text)
	except ValueError:
		pass
	try:
		return parser.parse(text)
	except (ValueError, OverflowError):
		frappe.throw(f"{frappe.bold(text)} is not a valid date string.", title="Invalid Date")


def add_to_date(date, as_string=False, as_datetime=False, **shift):
	"""Return `date` moved by years, months, days, hours …; a text gives a text, with the time if it had one."""
	if isinstance(date, str):
		as_string, as_datetime = True, as_datetime or " " in date
		date = _parse(date)
	moved = (date or now_datetime()) + relativedelta(**shift)
	if not as_string:
		return moved
	return moved.strftime(DATETIME_FORMAT if as_datetime or shift.get("hours") else DATE_FORMAT)


def add_days(date, days):
	return add_to_date(date, days=days)


def time_diff_in_seconds(string_ed_date, string_st_date):
	return (get_datetime(string_ed_date) - get_datetime(string_st_date)).total_seconds()


def formatdate(string_date=None, format_string=None):
	if not string_date:
		return ""
	return getdate(string_date).strftime(FORMATS[format_string] if format_string else DISPLAY_FORMAT)


def format_datetime(datetime_string):
	return get_datetime(datetime_string).strftime(f"{DISPLAY_FORMAT} %H:%M:%S") if datetime_string else ""
