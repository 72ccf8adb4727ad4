"""Opens a file as a table, by what is in it and not by its name."""

from pathlib import Path

from crm_pipeline.moving_in.csv_file import CsvTable
from crm_pipeline.moving_in.errors import ImportInputError, unreadable
from crm_pipeline.moving_in.excel_file import ExcelTable
from crm_pipeline.moving_in.table import Table

ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"


def open_table(
	path: Path, delimiter: str | None = None, encoding: str | None = None, sheet: str | None = None
) -> Table:
	"""Return the CSV or Excel file at `path`. Raises ImportInputError when it is missing or can't be read."""
	try:
		with path.open("rb") as file:
			start = file.read(4)
		if start == OLD_EXCEL:
			raise ImportInputError(f"{path.name} is an Excel file of the old kind; save it as .xlsx.")
		return ExcelTable(path, sheet) if start == ZIP else CsvTable(path, delimiter, encoding)
	except OSError as error:
		raise unreadable(path, error) from error
