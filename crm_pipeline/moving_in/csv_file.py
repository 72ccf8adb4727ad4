"""CSV files: text, in the encoding and with the delimiter that the file shows or somebody names."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from crm_pipeline.moving_in.delimiters import NAMES, get_delimiter, recognise_delimiter
from crm_pipeline.moving_in.encodings import get_encoding, recognise_encoding
from crm_pipeline.moving_in.errors import ImportInputError, unreadable
from crm_pipeline.moving_in.table import Table

BYTE_ORDER_MARK = "\ufeff"


class CsvTable(Table):
	"""A CSV file."""

	rejects_suffix = ".rejects.csv"

	def __init__(self, path: Path, delimiter: str | None = None, encoding: str | None = None):
		self.path = path
		self.encoding = get_encoding(encoding) if encoding else recognise_encoding(path)
		self.delimiter = get_delimiter(delimiter) if delimiter else self._recognise_delimiter()
		super().__init__(path)

	@property
	def description(self) -> str:
		delimiter = "tab" if self.delimiter == NAMES["tab"] else self.delimiter
		return f"{self.encoding.removesuffix('-sig')}, parted by {delimiter}"

	def read_lines(self) -> Iterator[tuple[int, list[str]]]:
		with self._opened() as file:
			reader = csv.reader(file, delimiter=self.delimiter, strict=True)
			try:
				for cells in reader:
					if reader.line_num == 1 and cells:
						cells[0] = cells[0].removeprefix(BYTE_ORDER_MARK)
					yield reader.line_num, [text.strip() for text in cells]
			except csv.Error as error:
				line = reader.line_num
				raise ImportInputError(
					f"{self.path.name} is not a proper CSV file, line {line}: {error}."
				) from error

	def make_writer(self, path: Path) -> "CsvWriter":
		return CsvWriter(path, self.encoding, self.delimiter)

	def _recognise_delimiter(self) -> str:
		with self._opened() as file:
			return recognise_delimiter(next(file, "").removeprefix(BYTE_ORDER_MARK), self.path.name)

	@contextmanager
	def _opened(self) -> Iterator[TextIO]:
		try:
			with self.path.open(encoding=self.encoding, newline="") as file:
				yield file
		except OSError as error:
			raise unreadable(self.path, error) from error
		except UnicodeError as error:
			name = self.encoding.removesuffix("-sig")
			raise ImportInputError(
				f"{self.path.name} can't be read as {name}: save it in one encoding, or name it by --encoding."
			) from error


class CsvWriter:
	"""Writes a CSV file like the one that was read."""

	def __init__(self, path: Path, encoding: str, delimiter: str):
		# what the encoding can't hold is a sentence of ours: all else came out of it
		self.file = path.open("w", encoding=encoding, errors="replace", newline="")
		self.writer = csv.writer(self.file, delimiter=delimiter)

	def write(self, cells: Sequence[str]) -> None:
		self.writer.writerow(cells)

	def close(self) -> None:
		self.file.close()
