"""SQLite dressed as MariaDB: value conversion, parameters in Frappe's style, MariaDB's functions."""

import re
import sqlite3
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from frappe.database.functions import register_functions

PARAMETER = re.compile(r"%%|%s|%\((\w+)\)s")
DATETIME_TEXT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?")
NATIVE_TYPES = frozenset((str, int, float, type(None)))


def connect(path):
	"""Open a connection without automatic transactions whose date columns come back as Python objects."""
	connection = sqlite3.connect(
		path,
		isolation_level=None,
		detect_types=sqlite3.PARSE_DECLTYPES,
		cached_statements=512,
		check_same_thread=False,
		timeout=5,
	)
	connection.execute("pragma synchronous = off")
	connection.execute("pragma journal_mode = memory")
	register_functions(connection)
	return connection


def to_sql(value):
	"""Return `value` as SQLite stores it; dates and times become text that sorts like the value."""
	if isinstance(value, datetime):
		return value.strftime("%Y-%m-%d %H:%M:%S.%f")
	if isinstance(value, date | time):
		return value.isoformat()
	if isinstance(value, timedelta):
		return timedelta_to_text(value)
	if isinstance(value, Decimal):
		return float(value)
	if isinstance(value, str | int):
		return value
	raise TypeError(f"A {type(value).__name__} can't be stored: {value!r}")


def timedelta_to_text(value):
	minutes, seconds = divmod(value.total_seconds(), 60)
	hours, minutes = divmod(int(minutes), 60)
	return f"{hours:02}:{minutes:02}:{seconds:09.6f}"


def _to_datetime(raw):
	return datetime.fromisoformat(raw.decode())


def _to_date(raw):
	return date.fromisoformat(raw.decode()[:10])


def _to_timedelta(raw):
	hours, minutes, seconds = raw.decode().split(":")
	return timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))


sqlite3.register_converter("DATETIME", _to_datetime)
sqlite3.register_converter("DATE", _to_date)
sqlite3.register_converter("TIME", _to_timedelta)


def bind(query, values):
	"""Return the query and its parameters in SQLite's style; a list as value becomes `(?, ?, …)`."""
	if isinstance(values, dict):
		if any(isinstance(value, list | tuple | set) for value in values.values()):
			return _bind_in_order(query, [values[name] for name in PARAMETER.findall(query) if name])
		return _named(query), {key: adapt(value) for key, value in values.items()}
	if not isinstance(values, list | tuple):
		values = [values]
	if not values:
		return query, ()
	if any(isinstance(value, list | tuple | set) for value in values):
		return _bind_in_order(query, values)
	return _positional(query), [adapt(value) for value in values]


def adapt(value):
	return value if type(value) in NATIVE_TYPES else to_sql(value)


def _bind_in_order(query, values):
	parameters, remaining = [], iter(values)

	def place(match):
		if match[0] == "%%":
			return "%"
		value = next(remaining)
		several = isinstance(value, list | tuple | set)
		items = list(value) if several else [value]
		parameters.extend(adapt(item) for item in items)
		marks = ", ".join("?" * len(items))
		return f"({marks})" if several else marks

	return PARAMETER.sub(place, query), parameters


@lru_cache(2048)
def _positional(query):
	return PARAMETER.sub(lambda match: "%" if match[0] == "%%" else "?", query)


@lru_cache(2048)
def _named(query):
	return PARAMETER.sub(lambda match: "%" if match[0] == "%%" else f":{match[1]}", query)


def read_expressions(query, rows):
	"""Give dates computed by an expression (`max(creation)`) their Python type, as MariaDB does."""
	if "(" not in query[: query.lower().find(" from ")]:
		return rows
	return [tuple(_read_date(value) for value in row) for row in rows]


def _read_date(value):
	if not isinstance(value, str) or not DATETIME_TEXT.fullmatch(value):
		return value
	return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
