"""The rows that could not be imported, each with its reason, ready to be corrected and imported again."""

from pathlib import Path

from crm_pipeline.moving_in.errors import ImportInputError
from crm_pipeline.moving_in.table import Row, Table

REASON = "reject_reason"


class RejectsFile:
	"""A file like the table's, with the reason; none is left behind when no row was rejected.

	Raises ImportInputError when it can't be written or is the imported file itself.
	"""

	def __init__(self, path: Path, table: Table):
		if path.exists() and path.samefile(table.path):
			raise ImportInputError(f"The rejects can't go to {path}, which is the file to import.")
		self.path = path
		self.table = table
		self.columns = [column for column in table.columns if column not in ("", REASON)]
		self.count = 0

	def __enter__(self) -> "RejectsFile":
		try:
			self.writer = self.table.make_writer(self.path)
		except OSError as error:
			raise ImportInputError(
				f"{self.path} can't be written: {error.strerror}; see --rejects."
			) from error
		self.writer.write([*self.columns, REASON])
		return self

	def __exit__(self, *_error) -> None:
		self.writer.close()
		if not self.count:
			self.path.unlink()

	def write(self, row: Row, reason: str) -> None:
		self.writer.write([*(row.cells[column] for column in self.columns), reason])
		self.count += 1
