"""Excel files: numbers and dates as the cells have them, text as in any other file."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import InvalidFileException

from crm_pipeline.moving_in.cells import Cell
from crm_pipeline.moving_in.errors import ImportInputError, unreadable
from crm_pipeline.moving_in.number_formats import Number
from crm_pipeline.moving_in.table import Table, list_names

EXCEL_DIGITS = 15  # more are noise of the way in which numbers are kept
# what a number format shows beside the number: [$€-407], "Rs.", or the bare sign of a currency
UNIT = re.compile(r"""\[\$([^\]-]+)|"\s*([^"\d\s.,-][^"\d\s]*)\s*"|([$€£¥₹])""")
LITERAL = re.compile(r'"[^"]*"|\\.')
PERCENT = "%"
# what openpyxl raises for a zip file that is no workbook, or for a broken one
UNREADABLE = (BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, SyntaxError)


class ExcelTable(Table):
	"""One sheet of an .xlsx or .xlsm file; the only one that holds anything, or the one that is named."""

	rejects_suffix = ".rejects.xlsx"

	def __init__(self, path: Path, sheet: str | None = None):
		self.path = path
		self.sheet = self._get_sheet(sheet)
		super().__init__(path)

	@property
	def description(self) -> str:
		return f"Excel, sheet {self.sheet}"

	def read_lines(self) -> Iterator[tuple[int, list[str]]]:
		width = None
		with self._opened() as workbook:
			for number, row in enumerate(_get_rows(workbook[self.sheet]), 1):
				cells = [_read(cell) for cell in row]
				while cells and not cells[-1] and len(cells) > (width or 0):
					cells.pop()
				width = len(cells) if width is None else width
				yield number, [*cells, *[""] * (width - len(cells))]

	def make_writer(self, path: Path) -> "ExcelWriter":
		return ExcelWriter(path, self.sheet)

	def _get_sheet(self, name: str | None) -> str:
		with self._opened() as workbook:
			sheets = [sheet.title for sheet in workbook.worksheets]
			if name and name not in sheets:
				raise ImportInputError(
					f"{self.path.name} has no sheet '{name}'; its sheets are: {list_names(sheets)}."
				)
			filled = [name] if name else [sheet.title for sheet in workbook.worksheets if _is_filled(sheet)]
		if len(filled) > 1:
			raise ImportInputError(
				f"{self.path.name} has several sheets: name one by --sheet: {list_names(filled)}."
			)
		if not filled:
			raise ImportInputError(f"{self.path.name} is empty: its first line must name the columns.")
		return filled[0]

	@contextmanager
	def _opened(self) -> Iterator[Workbook]:
		"""Open the file without formulas' last results: what a program wrote may have none."""
		workbook = None
		try:
			workbook = load_workbook(self.path, read_only=True)
			yield workbook
		except OSError as error:
			raise unreadable(self.path, error) from error
		except UNREADABLE as error:
			raise ImportInputError(f"{self.path.name} is not a proper Excel file.") from error
		finally:
			if workbook:
				workbook.close()


class ExcelWriter:
	"""Writes an Excel file; its cells show numbers as those that were read did."""

	def __init__(self, path: Path, sheet: str):
		self.file = path.open("wb")
		self.workbook = Workbook(write_only=True)
		self.sheet = self.workbook.create_sheet(sheet)

	def write(self, cells: Sequence[str]) -> None:
		self.sheet.append([self._make_cell(text) for text in cells])

	def close(self) -> None:
		with self.file:
			self.workbook.save(self.file)

	def _make_cell(self, text: str) -> WriteOnlyCell:
		cell = WriteOnlyCell(self.sheet, getattr(text, "stored", text))
		if isinstance(text, Cell):
			cell.number_format = text.number_format
		else:
			cell.data_type = "s"  # never a formula
		return cell


def _get_rows(sheet) -> Iterator[tuple]:
	sheet.reset_dimensions()  # some programs write wrong ones
	return sheet.iter_rows()


def _is_filled(sheet) -> bool:
	is_shown = getattr(sheet, "sheet_state", "visible") == "visible"
	return is_shown and any(cell.value is not None for row in _get_rows(sheet) for cell in row)


def _read(cell) -> str:
	value = cell.value
	if value is None:
		return ""
	if isinstance(value, bool):
		return str(value).upper()
	if isinstance(value, int | float):
		return _read_number(value, cell.number_format)
	if isinstance(value, datetime | date):
		moment = value if isinstance(value, datetime) else datetime.combine(value, datetime.min.time())
		return Cell(_get_text(moment), moment, value, cell.number_format)
	return str(getattr(value, "text", value)).strip()


def _read_number(value: float, number_format: str) -> Cell:
	digits = str(value) if isinstance(value, int) else format(value, f".{EXCEL_DIGITS}g")
	number = Decimal(digits)
	text = format(number, "f")
	positive = number_format.partition(";")[0]
	if PERCENT in LITERAL.sub("", positive):
		return Cell(text, Number(number * 100, PERCENT), value, number_format)
	match = UNIT.search(positive)
	unit = next(filter(None, match.groups())) if match else ""
	return Cell(text, Number(number, unit.strip()), value, number_format)


def _get_text(moment: datetime) -> str:
	return str(moment.date()) if moment.time() == datetime.min.time() else str(moment)
