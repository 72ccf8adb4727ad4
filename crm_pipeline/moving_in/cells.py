"""What a cell of a spreadsheet holds beside its text."""

from datetime import datetime
from typing import Any

from crm_pipeline.moving_in.number_formats import Number


class Cell(str):
	"""The text of a number or a date, for maps and look-ups, with the value itself.

	`stored` and `number_format` are what the file has, so that a rejected row can be written as it was.
	"""

	value: Number | datetime
	stored: Any
	number_format: str

	def __new__(cls, text: str, value: Number | datetime, stored: Any, number_format: str) -> "Cell":
		cell = super().__new__(cls, text)
		cell.value, cell.stored, cell.number_format = value, stored, number_format
		return cell
