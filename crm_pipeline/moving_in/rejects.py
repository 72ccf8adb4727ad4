"""The rows that could not be imported, each with its reason, ready to be corrected and imported again."""

import csv
from pathlib import Path

from crm_pipeline.moving_in.errors import ImportInputError
from crm_pipeline.moving_in.table import Row, Table

REASON = "reject_reason"


class RejectsFile:
	"""A CSV file of the table's columns and the reason; none is left behind when no row was rejected.

	Raises ImportInputError when it can't be written or is the imported file itself.
	"""

	def __init__(self, path: Path, table: Table):
		if path.exists() and path.samefile(table.path):
			raise ImportInputError(f"The rejects can't go to {path}, which is the file to import.")
		self.path = path
		self.columns = [column for column in table.columns if column not in ("", REASON)]
		self.count = 0

	def __enter__(self) -> "RejectsFile":
		try:
			self.file = self.path.open("w", encoding="utf-8", newline="")
		except OSError as error:
			raise ImportInputError(
				f"{self.path} can't be written: {error.strerror}; see --rejects."
			) from error
		self.writer = csv.DictWriter(self.file, [*self.columns, REASON], extrasaction="ignore")
		self.writer.writeheader()
		return self

	def __exit__(self, *_error) -> None:
		self.file.close()
		if not self.count:
			self.path.unlink()

	def write(self, row: Row, reason: str) -> None:
		self.writer.writerow({**row.cells, REASON: reason})
		self.count += 1
