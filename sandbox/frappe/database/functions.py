"""The SQL functions of MariaDB that SQLite lacks; any other one fails as unknown."""

import re
from datetime import date, datetime, timedelta

from frappe.utils.data import get_datetime, getdate

FORMAT_CODES = {"%i": "%M", "%s": "%S", "%M": "%B", "%e": "%d", "%c": "%m", "%v": "%V", "%x": "%G"}


def register_functions(connection):
	for name, function in FUNCTIONS.items():
		connection.create_function(name, -1, _null_safe(function))
	connection.create_function("if", 3, lambda condition, yes, no: yes if condition else no)
	connection.create_function("concat_ws", -1, _concat_ws)
	connection.create_function("regexp", 2, lambda pattern, text: bool(re.search(pattern, text or "", re.I)))


def _null_safe(function):
	def wrapped(*args):
		return None if None in args else function(*args)

	return wrapped


def _text(value):
	if isinstance(value, float) and value.is_integer():
		return str(int(value))
	return str(value)


def _concat_ws(separator, *values):
	return separator.join(_text(value) for value in values if value is not None)


def _date_format(value, pattern):
	for code in re.findall("%.", pattern):
		pattern = pattern.replace(code, FORMAT_CODES.get(code, code))
	return get_datetime(value).strftime(pattern)


def _timestamp_difference(unit, start, end):
	seconds = (get_datetime(end) - get_datetime(start)).total_seconds()
	return int(seconds / {"second": 1, "minute": 60, "hour": 3600, "day": 86400}[unit.lower()])


def _truncate(value, decimals):
	factor = 10 ** int(decimals)
	return int(value * factor) / factor


def _substring_index(text, delimiter, count):
	parts = text.split(delimiter)
	return delimiter.join(parts[:count] if count > 0 else parts[count:])


FUNCTIONS = {
	"concat": lambda *values: "".join(_text(value) for value in values),
	"curdate": lambda: date.today().isoformat(),
	"now": lambda: datetime.now().strftime("%Y-%m-%d %H:%M:%S"),
	"date_format": _date_format,
	"datediff": lambda end, start: (getdate(end) - getdate(start)).days,
	"day": lambda value: getdate(value).day,
	"floor": lambda value: int(value // 1),
	"greatest": max,
	"last_day": lambda value: (
		(getdate(value).replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
	).isoformat(),
	"least": min,
	"left": lambda text, length: text[: int(length)],
	"locate": lambda part, text: text.lower().find(part.lower()) + 1,
	"month": lambda value: getdate(value).month,
	"quarter": lambda value: (getdate(value).month + 2) // 3,
	"right": lambda text, length: text[-int(length) :],
	"substring_index": _substring_index,
	"timestampdiff": _timestamp_difference,
	"truncate": _truncate,
	"unix_timestamp": lambda value: get_datetime(value).timestamp(),
	"year": lambda value: getdate(value).year,
}
