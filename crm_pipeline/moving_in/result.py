"""What became of the rows of an import."""

from dataclasses import dataclass, field

import frappe
from frappe.utils import cstr, strip_html

from crm_pipeline.moving_in.errors import RowError
from crm_pipeline.moving_in.summary import Summary
from crm_pipeline.moving_in.table import Row


@dataclass
class Result:
	"""What became of the rows: two counts and the rejected ones with their reasons."""

	imported: int = 0
	skipped: int = 0
	rejected: list[tuple[Row, str]] = field(default_factory=list)
	summary: Summary = field(default_factory=Summary)

	def reject(self, row: Row, error: Exception) -> None:
		reason = _get_reason(error)
		self.rejected.append((row, reason))
		self.summary.add(row, error, reason)

	def add(self, other: "Result") -> None:
		self.imported += other.imported
		self.skipped += other.skipped
		self.rejected += other.rejected
		self.summary.merge(other.summary)


def _get_reason(error: Exception) -> str:
	"""Return one line without markup."""
	text = " ".join(strip_html(cstr(error)).split())
	expected = isinstance(error, RowError | frappe.ValidationError | frappe.PermissionError)
	return text if text and expected else f"{type(error).__name__} {text}".strip()
