"""Dates and times; the site's time zone is the machine's."""

import calendar
import datetime
from zoneinfo import ZoneInfo

import frappe
from dateutil import parser
from dateutil.relativedelta import relativedelta

DATE_FORMAT = "%Y-%m-%d"
TIME_FORMAT = "%H:%M:%S.%f"
DATETIME_FORMAT = f"{DATE_FORMAT} {TIME_FORMAT}"
DISPLAY_CODES = (
	("yyyy", "%Y"), ("MMMM", "%B"), ("MMM", "%b"), ("mm", "%m"), ("MM", "%m"), ("dd", "%d"), ("yy", "%y"),
)  # fmt: skip
TIME_CODES = (("HH", "%H"), ("mm", "%M"), ("ss", "%S"))


def now_datetime():
	return datetime.datetime.now()


def now():
	return now_datetime().strftime(DATETIME_FORMAT)


def nowdate():
	return now_datetime().strftime(DATE_FORMAT)


today = nowdate


def nowtime():
	return now_datetime().strftime(TIME_FORMAT)


def get_system_timezone():
	return frappe.db.get_single_value("System Settings", "time_zone") or "Asia/Kolkata"


def _parse(text, **options):
	try:
		return parser.parse(text, **options)
	except (ValueError, OverflowError):
		frappe.throw(f"{frappe.bold(text)} is not a valid date string.", title="Invalid Date")


def getdate(string_date=None, parse_day_first=False):
	"""Return the date of a text or date; today without one; None for 0000-00-00."""
	if not string_date:
		return now_datetime().date()
	if isinstance(string_date, datetime.datetime):
		return string_date.date()
	if isinstance(string_date, datetime.date):
		return string_date
	if string_date.startswith("0000-00-00"):
		return None
	try:
		return datetime.date.fromisoformat(string_date)
	except ValueError:
		return _parse(string_date, dayfirst=parse_day_first).date()


def get_datetime(datetime_str=None):
	"""Return the datetime of a text or date; now without one; None for an empty text."""
	if datetime_str is None:
		return now_datetime()
	if isinstance(datetime_str, datetime.datetime | datetime.timedelta):
		return datetime_str
	if isinstance(datetime_str, datetime.date):
		return datetime.datetime.combine(datetime_str, datetime.time())
	if not datetime_str or datetime_str.startswith("0000-00-00"):
		return None
	try:
		return datetime.datetime.fromisoformat(datetime_str)
	except ValueError:
		return parser.parse(datetime_str)


def get_time(time_str):
	if isinstance(time_str, datetime.datetime):
		return time_str.time()
	if isinstance(time_str, datetime.time):
		return time_str
	if isinstance(time_str, datetime.timedelta):
		return (datetime.datetime.min + time_str).time()
	return _parse(time_str).time()


def to_timedelta(time_str):
	if isinstance(time_str, datetime.timedelta | None):
		return time_str
	moment = get_time(time_str)
	return datetime.timedelta(
		hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond
	)


get_timedelta = to_timedelta


def get_datetime_str(datetime_obj):
	return get_datetime(datetime_obj).strftime(DATETIME_FORMAT)


def add_to_date(
	date,
	years=0,
	months=0,
	weeks=0,
	days=0,
	hours=0,
	minutes=0,
	seconds=0,
	as_string=False,
	as_datetime=False,
):
	"""Return `date` moved; a text gives a text, with the time if it had one or hours are added."""
	if isinstance(date, str):
		as_string, as_datetime = True, as_datetime or " " in date
		date = _parse(date)
	moved = (date or now_datetime()) + relativedelta(
		years=years, months=months, weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
	)
	if not as_string:
		return moved
	return moved.strftime(DATETIME_FORMAT if as_datetime or hours else DATE_FORMAT)


def add_days(date, days):
	return add_to_date(date, days=days)


def add_months(date, months):
	return add_to_date(date, months=months)


def date_diff(string_ed_date, string_st_date):
	return days_diff(string_ed_date, string_st_date)


def days_diff(string_ed_date, string_st_date):
	return (getdate(string_ed_date) - getdate(string_st_date)).days


def time_diff(string_ed_date, string_st_date):
	return get_datetime(string_ed_date) - get_datetime(string_st_date)


def time_diff_in_seconds(string_ed_date, string_st_date):
	return time_diff(string_ed_date, string_st_date).total_seconds()


def _as(date, as_str):
	return date.strftime(DATE_FORMAT) if as_str else date


def get_first_day(dt, d_years=0, d_months=0, as_str=False):
	moved = getdate(dt) + relativedelta(years=d_years, months=d_months)
	return _as(moved.replace(day=1), as_str)


def get_last_day(dt):
	date = getdate(dt)
	return date.replace(day=calendar.monthrange(date.year, date.month)[1])


def get_quarter_start(dt, as_str=False):
	date = getdate(dt)
	return _as(date.replace(month=(date.month - 1) // 3 * 3 + 1, day=1), as_str)


def get_quarter_ending(date):
	return get_last_day(get_quarter_start(date) + relativedelta(months=2))


def get_year_start(dt, as_str=False):
	return _as(getdate(dt).replace(month=1, day=1), as_str)


def get_year_ending(date):
	return getdate(date).replace(month=12, day=31)


def get_first_day_of_week(dt, as_str=False):
	"""Return the Sunday on or before `dt` (the default of System Settings)."""
	date = getdate(dt)
	return _as(date - datetime.timedelta(days=(date.weekday() + 1) % 7), as_str)


def get_last_day_of_week(dt):
	return get_first_day_of_week(dt) + datetime.timedelta(days=6)


def get_weekday(datetime=None):
	return (datetime or now_datetime()).strftime("%A")


def _display(moment, pattern, codes):
	for code, directive in codes:
		pattern = pattern.replace(code, directive)
	return moment.strftime(pattern)


def get_user_date_format():
	return frappe.db.get_default("date_format") or "dd-mm-yyyy"


def formatdate(string_date=None, format_string=None, parse_day_first=False):
	if not string_date:
		return ""
	pattern = (format_string or get_user_date_format()).replace("%", "")
	return _display(getdate(string_date), pattern, DISPLAY_CODES)


format_date = formatdate


def format_time(time_string=None, format_string=None):
	return _display(get_time(time_string), format_string or "HH:mm:ss", TIME_CODES) if time_string else ""


def format_datetime(datetime_string, format_string=None):
	if not datetime_string:
		return ""
	date_pattern, _space, time_pattern = (format_string or f"{get_user_date_format()} HH:mm:ss").partition(
		" "
	)
	moment = get_datetime(datetime_string)
	return f"{formatdate(moment, date_pattern)} {format_time(moment, time_pattern)}".strip()


def global_date_format(date, format="long"):
	date = getdate(date)
	return f"{date:%B} {date.day}, {date.year}"


def format_duration(seconds, hide_days=False):
	"""Return seconds as text like "1d 2h 3m 4s"."""
	minutes, seconds = divmod(int(seconds), 60)
	hours, minutes = divmod(minutes, 60)
	days, hours = (0, hours) if hide_days else divmod(hours, 24)
	parts = {"d": days, "h": hours, "m": minutes, "s": seconds}
	return " ".join(f"{count}{unit}" for unit, count in parts.items() if count)


def pretty_date(iso_datetime):
	"""Return how long ago (or ahead) a moment is, like "2 days ago"."""
	if not iso_datetime:
		return ""
	seconds = (get_datetime(iso_datetime) - now_datetime()).total_seconds()
	sizes = {
		"year": 31_536_000,
		"month": 2_592_000,
		"week": 604_800,
		"day": 86_400,
		"hour": 3_600,
		"minute": 60,
	}
	unit = next((name for name, size in sizes.items() if abs(seconds) >= size * 0.85), "second")
	count = max(1, round(abs(seconds) / sizes.get(unit, 1)))
	text = f"{count} {unit}{'' if count == 1 else 's'}"
	return f"{text} ago" if seconds <= 0 else f"in {text}"
