"""Turns the text of a cell into a value of its field."""

import math
import re
from datetime import date, datetime

from crm_pipeline.moving_in.errors import RowError

NUMBER_TYPES = frozenset({"Currency", "Float", "Percent"})
LIST_SEPARATOR = ";"
CHECK_VALUES = {"1": 1, "yes": 1, "true": 1, "0": 0, "no": 0, "false": 0}
# digits, with or without a comma between thousands
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?")


def parse_value(text: str, fieldname: str, fieldtype: str, date_format: str | None = None):
	"""Return `text` as float, int, date, datetime, list of names (Table MultiSelect) or, else, as it is.

	`date_format` is a strptime format; without it dates are ISO 8601 (2026-11-22 or 2026-11-22 14:30:00).
	Raises RowError when the text does not fit the field.
	"""
	if fieldtype in NUMBER_TYPES:
		return _parse_number(text, fieldname)
	if fieldtype == "Int":
		return _parse_integer(text, fieldname)
	if fieldtype == "Check":
		return _parse_check(text, fieldname)
	if fieldtype == "Date":
		return _parse_datetime(text, fieldname, date_format).date()
	if fieldtype == "Datetime":
		return _parse_datetime(text, fieldname, date_format)
	if fieldtype == "Table MultiSelect":
		return [name.strip() for name in text.split(LIST_SEPARATOR) if name.strip()]
	return text


def is_date_format(date_format: str) -> bool:
	"""Tell whether a date written in this format can be read back."""
	day = date(2024, 12, 31)
	try:
		return datetime.strptime(day.strftime(date_format), date_format).date() == day
	except ValueError:
		return False


def _parse_number(text: str, fieldname: str) -> float:
	if not any(map(str.isdigit, text)) or not NUMBER.fullmatch(text):
		raise RowError(f"{fieldname}: '{text}' is not a number; write it like 1234.50.")
	number = float(text.replace(",", ""))
	if math.isinf(number):
		raise RowError(f"{fieldname}: the number is too large.")
	return number


def _parse_integer(text: str, fieldname: str) -> int:
	number = _parse_number(text, fieldname)
	if not number.is_integer():
		raise RowError(f"{fieldname}: '{text}' is not a whole number.")
	return int(number)


def _parse_check(text: str, fieldname: str) -> int:
	if text.lower() not in CHECK_VALUES:
		raise RowError(f"{fieldname}: '{text}' is neither yes nor no.")
	return CHECK_VALUES[text.lower()]


def _parse_datetime(text: str, fieldname: str, date_format: str | None) -> datetime:
	try:
		moment = datetime.strptime(text, date_format) if date_format else datetime.fromisoformat(text)
	except ValueError as error:
		expected = f"as {date_format}" if date_format else "like 2026-11-22"
		raise RowError(
			f"{fieldname}: '{text}' is not a date written {expected}; see --date-format."
		) from error
	if moment.tzinfo:
		raise RowError(f"{fieldname}: '{text}' names a time zone; write it in the time zone of the site.")
	return moment
