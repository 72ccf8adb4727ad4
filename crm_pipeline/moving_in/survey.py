"""Looks at every row before the first comes in: what the file can't say by itself is asked about, once."""

from collections.abc import Iterable
from contextlib import suppress

from crm_pipeline.moving_in.cells import Cell
from crm_pipeline.moving_in.dates import ISO, KNOWN, read_moment
from crm_pipeline.moving_in.errors import ImportQuestion, RowError
from crm_pipeline.moving_in.mapping import Source, TargetField
from crm_pipeline.moving_in.table import Row
from crm_pipeline.moving_in.values import PERCENTS, Formats, read_number

DATE_TYPES = frozenset({"Date", "Datetime"})
MOST_EXAMPLES = 3


class Survey:
	"""What the rows have in common; `total` is their number."""

	def __init__(self, fields: dict[str, TargetField], sources: dict[str, Source], formats: Formats):
		self.formats = formats
		self.dates = _Dates(formats.site_zone)
		self.percents = {name: _Percents(name) for name in sources if fields[name].fieldtype == "Percent"}
		self.date_sources = [
			source
			for name, source in sources.items()
			if fields[name].fieldtype in DATE_TYPES and not source.date_format
		]
		self.sources = sources
		self.total = 0

	def look_at(self, rows: Iterable[Row]) -> "Survey":
		for row in rows:
			self.total += 1
			for source in self.date_sources:
				self.dates.add(_read(source, row), row.line)
			for name, percents in self.percents.items():
				percents.add(_read(self.sources[name], row), row.line, self.formats)
		return self

	def get_date_formats(self) -> tuple[str, ...]:
		"""Return the one format that all dates are written in. Raises ImportQuestion when it can't be told."""
		return self.dates.get_formats()

	def validate_percents(self) -> None:
		"""Raise ImportQuestion when a column may hold fractions."""
		for percents in self.percents.values():
			percents.validate()


class _Dates:
	"""Which formats fit which texts, each combination with an example."""

	def __init__(self, site_zone: str):
		self.site_zone = site_zone
		self.examples: dict[tuple[str, ...], str] = {}

	def add(self, text: str, line: int) -> None:
		if text and not isinstance(text, Cell):
			fitting = tuple(name for name in KNOWN if read_moment(text, name, self.site_zone))
			self.examples.setdefault(fitting, f"'{text}' (line {line})")

	def get_formats(self) -> tuple[str, ...]:
		seen = [fitting for fitting in self.examples if fitting]
		common = [name for name in KNOWN if all(name in fitting for fitting in seen)]
		if len(common) == 1:
			return tuple(common)
		if not seen:
			return (ISO,)
		examples = ", ".join(self.examples[fitting] for fitting in seen[:MOST_EXAMPLES])
		if common:
			raise ImportQuestion(
				f"The dates fit several formats ({', '.join(common)}), e.g. {examples}: name one by --date-format.",
				"date_formats",
				tuple(common),
			)
		answers = tuple(dict.fromkeys(name for fitting in seen for name in fitting))
		raise ImportQuestion(
			f"The dates are written in more than one way, e.g. {examples}: name each by --date-format, "
			f"of {', '.join(answers)}.",
			"date_formats",
			answers,
		)


class _Percents:
	"""The numbers of one column, as far as they carry no %."""

	def __init__(self, fieldname: str):
		self.fieldname = fieldname
		self.example = ""
		self.has_other = False

	def add(self, text: str, line: int, formats: Formats) -> None:
		number = read_number(text, formats) if text else None
		if not number or number.unit or not number.value:
			return
		if 0 < number.value <= 1:
			self.example = self.example or f"'{text}' (line {line})"
		else:
			self.has_other = True

	def validate(self) -> None:
		if self.example and not self.has_other:
			raise ImportQuestion(
				f"{self.fieldname}: all numbers are between 0 and 1, e.g. {self.example}: say by --percent "
				"fraction that 0.5 is 50 %, or by --percent percent that it is 0.5 %.",
				"percents",
				PERCENTS,
			)


def _read(source: Source, row: Row) -> str:
	with suppress(RowError):  # told when it is the row's turn
		return source.read(row.cells)
	return ""
