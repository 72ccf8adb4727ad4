"""SQLite dressed as MariaDB: value conversion, parameters in Frappe's style, MariaDB's functions."""

import re
import sqlite3
from datetime import date, datetime, timezone
from functools import lru_cache
from zlib import crc32

PARAMETER = re.compile(r"%%|%s|%\((\w+)\)s")
DATETIME_TEXT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d(\.\d{1,6})?)?")
NATIVE_TYPES = frozenset((str, int, float, bool, type(None)))
FUNCTIONS = {
	"concat": lambda *values: None if None in values else "".join(str(value) for value in values),
	"crc32": lambda text: None if text is None else crc32(text.encode()),
	"curdate": lambda: datetime.now(timezone.utc).date().isoformat(),
	"datediff": lambda later, earlier: (
		None
		if None in (later, earlier)
		else (date.fromisoformat(later[:10]) - date.fromisoformat(earlier[:10])).days
	),
	"month": lambda day: day and int(day[5:7]),
	"year": lambda day: day and int(day[:4]),
	"reverse": lambda text: text and text[::-1],
	"now": lambda: datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S"),
}
DIALECT = (
	(re.compile(r"\s+for update( nowait| skip locked)?\s*$", re.I), ""),
	(re.compile(r"^\s*insert ignore\b", re.I), "INSERT OR IGNORE"),
	(re.compile(r"_utf8mb4 0x([0-9a-f]+)", re.I), r"cast(x'\1' as text)"),
	(
		re.compile(r"^alter table `(.+?)` add (unique )?index if not exists `(.+?)` (\(.+\))$", re.I),
		r"create \2index if not exists `\1:\3` on `\1` \4",
	),
	(
		re.compile(r"^alter table `(.+?)` drop index if exists `(.+?)`$", re.I),
		r"drop index if exists `\1:\2`",
	),
	(
		re.compile(r"^show index from `(.+?)`$", re.I),
		r"""select substr(m.name, instr(m.name, ':') + 1) as Key_name, i.seqno + 1 as Seq_in_index, i.name as Column_name
		from sqlite_master m, pragma_index_info(m.name) i where m.type = 'index' and m.tbl_name = '\1'""",
	),
)
sqlite3.register_converter("DATETIME", lambda raw: datetime.fromisoformat(raw.decode()))
sqlite3.register_converter("DATE", lambda raw: date.fromisoformat(raw.decode()[:10]))


def connect(path):
	"""Open a connection without automatic transactions whose date columns come back as Python objects."""
	connection = sqlite3.connect(
		path, isolation_level=None, detect_types=sqlite3.PARSE_DECLTYPES, cached_statements=512,
		check_same_thread=False,
	)  # fmt: skip
	connection.execute("pragma synchronous = off")
	connection.execute("pragma journal_mode = memory")
	for name, function in FUNCTIONS.items():
		connection.create_function(name, -1, function)
	return connection


def adapt(value):
	"""Return `value` as SQLite stores it; dates and times become text that sorts like the value."""
	if type(value) in NATIVE_TYPES:
		return value
	if isinstance(value, datetime):
		return value.strftime("%Y-%m-%d %H:%M:%S.%f")
	if isinstance(value, date):
		return value.isoformat()
	if isinstance(value, str | int):
		return value
	raise TypeError(f"A {type(value).__name__} can't be stored: {value!r}")


def bind(query, values):
	"""Return the query and its parameters in SQLite's style; a list as value becomes `(?, ?, …)`."""
	if isinstance(values, dict):
		values = [values[name] for name in PARAMETER.findall(query) if name]
	elif not isinstance(values, list | tuple):
		values = [values]
	if not values:
		return query, ()
	lengths = tuple(len(value) if isinstance(value, list | tuple | set) else 0 for value in values)
	if not any(lengths):
		return _mark(query), [adapt(value) for value in values]
	flat = [
		item for value, length in zip(values, lengths, strict=True) for item in (value if length else [value])
	]
	return _mark(query, lengths), [adapt(item) for item in flat]


@lru_cache(2048)
def _mark(query, lengths=()):
	remaining = iter(lengths)

	def place(match):
		length = 0 if match[0] == "%%" else next(remaining, 0)
		return "%" if match[0] == "%%" else f"({', '.join('?' * length)})" if length else "?"

	return PARAMETER.sub(place, query)


@lru_cache(2048)
def to_sqlite(query):
	"""Return `query` without the few phrases that only MariaDB knows."""
	for pattern, replacement in DIALECT:
		query = pattern.sub(replacement, query)
	return query


def read_expressions(query, rows):
	"""Give dates computed by an expression (`max(creation)`) their Python type, as MariaDB does."""
	if "(" not in query[: query.lower().find(" from ")]:
		return rows
	return [tuple(_read_date(value) for value in row) for row in rows]


def _read_date(value):
	if not isinstance(value, str) or not DATETIME_TEXT.fullmatch(value):
		return value
	return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
