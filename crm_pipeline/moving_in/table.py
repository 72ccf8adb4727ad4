"""A file of rows under a header, whatever its kind."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from crm_pipeline.moving_in.errors import ImportInputError

MOST_NAMED = 30


class Row(NamedTuple):
	"""A line of the file: its number, its text by column, the cells that no column stands for, and how many lack."""

	line: int
	cells: dict[str, str]
	surplus: list[str]
	lacking: int = 0


class Table(ABC):
	"""Iterating reads the file anew, so it is never held in memory, and passes over empty lines.

	Raises ImportInputError when the file has no usable header, at any time when it can't be read on.
	"""

	rejects_suffix: str

	def __init__(self, path: Path):
		self.path = path
		self.columns = self._get_columns()

	def __iter__(self) -> Iterator[Row]:
		lines = self.read_lines()
		next(lines, None)
		width = len(self.columns)
		for number, cells in lines:
			if any(cells):
				named = dict(zip(self.columns, [*cells, *[""] * (width - len(cells))], strict=False))
				yield Row(number, named, cells[width:], max(width - len(cells), 0))

	@abstractmethod
	def read_lines(self) -> Iterator[tuple[int, list[str]]]:
		"""Yield each line, the header first: its number and its cells without spaces around them."""

	@abstractmethod
	def make_writer(self, path: Path):
		"""Return a writer (`write(cells)`, `close()`) of another file that is read with the same options.

		Raises OSError when it can't be written.
		"""

	@property
	@abstractmethod
	def description(self) -> str:
		"""How the file is read, in a few words."""

	def validate_columns(self, *names: str) -> None:
		"""Raise ImportInputError unless the file has all these columns."""
		for name in names:
			if name not in self.columns:
				known = list_names(self.columns)
				raise ImportInputError(f"{self.path.name} has no column '{name}'; its columns are: {known}.")

	def _get_columns(self) -> list[str]:
		_number, columns = next(self.read_lines(), (0, []))
		if not any(columns):
			raise ImportInputError(f"{self.path.name} is empty: its first line must name the columns.")
		for name, count in Counter(columns).items():
			if name and count > 1:
				raise ImportInputError(f"{self.path.name} has the column '{name}' more than once.")
		return columns


def list_names(names: Sequence[str]) -> str:
	"""Return the names in a sentence; of very many the first."""
	more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
	return ", ".join(names[:MOST_NAMED]) + more
