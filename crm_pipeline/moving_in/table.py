"""Reads a CSV file with a header line, row by row."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

from crm_pipeline.moving_in.delimiters import get_delimiter, recognise_delimiter
from crm_pipeline.moving_in.errors import ImportInputError

SURPLUS = None


class Row(NamedTuple):
	"""A line of the file: where it ends, its text by column, and the cells that no column name stands for."""

	line: int
	cells: dict[str, str]
	surplus: list[str]


class Table:
	"""A UTF-8 CSV file; iterating reads it anew, so it is never held in memory, and passes over empty lines.

	`delimiter` parts the cells (`tab` for tabs); without it the header tells. Raises ImportInputError when the file is
	missing, unreadable or has no usable header.
	"""

	def __init__(self, path: Path, delimiter: str | None = None):
		self.path = path
		self.delimiter = get_delimiter(delimiter) if delimiter else self._recognise_delimiter()
		self.columns = self._read_header()

	def __iter__(self) -> Iterator[Row]:
		with self._reading() as reader:
			for cells in reader:
				surplus = cells.pop(SURPLUS, [])
				cells = {name: text.strip() for name, text in cells.items()}
				if surplus or any(cells.values()):
					yield Row(reader.line_num, cells, surplus)

	def count(self) -> int:
		"""Return the number of rows; reads the whole file, so a file that breaks off halfway is noticed here."""
		return sum(1 for _row in self)

	def validate_columns(self, *names: str) -> None:
		"""Raise ImportInputError unless the file has all these columns."""
		for name in names:
			if name not in self.columns:
				known = ", ".join(self.columns)
				raise ImportInputError(f"{self.path.name} has no column '{name}'; its columns are: {known}.")

	def _read_header(self) -> list[str]:
		with self._reading() as reader:
			columns = reader.fieldnames
		if not any(columns):
			raise ImportInputError(f"{self.path.name} is empty: its first line must name the columns.")
		for name in columns:
			if name and columns.count(name) > 1:
				raise ImportInputError(f"{self.path.name} has the column '{name}' more than once.")
		return columns

	def _recognise_delimiter(self) -> str:
		with self._opened() as file:
			return recognise_delimiter(next(file, ""), self.path.name)

	@contextmanager
	def _reading(self) -> Iterator[csv.DictReader]:
		with self._opened() as file:
			reader = csv.DictReader(file, restkey=SURPLUS, restval="", delimiter=self.delimiter)
			reader.fieldnames = [name.strip() for name in reader.fieldnames or []]
			yield reader

	@contextmanager
	def _opened(self) -> Iterator[TextIO]:
		try:
			with self.path.open(encoding="utf-8-sig", newline="") as file:
				yield file
		except OSError as error:
			raise ImportInputError(f"{self.path} can't be read: {error.strerror}.") from error
		except UnicodeDecodeError as error:
			raise ImportInputError(f"{self.path.name} is not a UTF-8 text file.") from error
		except csv.Error as error:
			raise ImportInputError(f"{self.path.name} is not a proper CSV file: {error}.") from error
