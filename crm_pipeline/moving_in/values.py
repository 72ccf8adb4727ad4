"""Turns the text of a cell into a value of its field."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from crm_pipeline.moving_in.cells import Cell
from crm_pipeline.moving_in.dates import ISO, read_moments
from crm_pipeline.moving_in.errors import RowError
from crm_pipeline.moving_in.mapping import TargetField
from crm_pipeline.moving_in.number_formats import Number, NumberFormat, to_float

NUMBER_TYPES = frozenset({"Currency", "Float", "Percent", "Int"})
PERCENT_SIGN = "%"
LIST_SEPARATOR = ";"
CHECK_VALUES = {"1": 1, "yes": 1, "true": 1, "0": 0, "no": 0, "false": 0}


FRACTION = "fraction"
PERCENTS = (FRACTION, "percent")


class Formats(NamedTuple):
	"""How the file writes its values: numbers, dates (strptime formats) and percents (one of PERCENTS).

	`site_zone` is what a time with a zone is turned into.
	"""

	number: NumberFormat
	dates: tuple[str, ...] = (ISO,)
	percents: str | None = None
	site_zone: str = "UTC"


class Currency(NamedTuple):
	"""The currency of a row's money, and what a file may write for it: code and sign."""

	code: str
	signs: frozenset[str] = frozenset()


def parse_value(text: str, field: TargetField, formats: Formats, get_currency: Callable[[], Currency]):
	"""Return `text` as float, int, date, datetime, list of names (Table MultiSelect) or, else, as it is.

	`get_currency` is asked for the row's currency where money is written with one. Raises RowError when the text does
	not fit the field.
	"""
	if field.fieldtype in NUMBER_TYPES:
		return _parse_number(text, field, formats, get_currency)
	if field.fieldtype == "Check":
		return _parse_check(text, field)
	if field.fieldtype == "Date":
		return _parse_datetime(text, field, formats).date()
	if field.fieldtype == "Datetime":
		return _parse_datetime(text, field, formats)
	if field.fieldtype == "Table MultiSelect":
		return [name.strip() for name in text.split(LIST_SEPARATOR) if name.strip()]
	return str(text)


def refuse(field: TargetField, problem: str, kind: str) -> RowError:
	"""Return the error of a cell: `problem` in words, `kind` without the cell's own text."""
	return RowError(f"{field.fieldname}: {problem}", field.fieldname, kind)


def read_number(text: str, formats: Formats) -> Number | None:
	"""Return the number of a cell, None when there is none; the cell of a spreadsheet knows its own."""
	return (
		text.value if isinstance(text, Cell) and isinstance(text.value, Number) else formats.number.read(text)
	)


def _parse_number(text: str, field: TargetField, formats: Formats, get_currency: Callable) -> float | int:
	number = read_number(text, formats)
	if not number:
		written = f"written like {formats.number.name}; see --number-format"
		raise refuse(field, f"'{text}' is not a number {written}.", "not a number")
	_validate_unit(number.unit, text, field, get_currency)
	if formats.percents == FRACTION and field.fieldtype == "Percent" and not number.unit:
		number = _get_percents(number, text, field)
	value = to_float(number.value)
	if value is None:
		raise refuse(field, "the number is too large.", "number too large")
	return _to_integer(number.value, text, field) if field.fieldtype == "Int" else value


def _get_percents(number: Number, text: str, field: TargetField) -> Number:
	if number.value > 1:
		raise refuse(field, f"'{text}' is more than 1, and --percent says fractions.", "more than 1")
	return Number(number.value * 100, PERCENT_SIGN)


def _validate_unit(unit: str, text: str, field: TargetField, get_currency: Callable) -> None:
	"""Only percents take a %, only money takes a currency, and only that of its row."""
	if not unit or (unit == PERCENT_SIGN and field.fieldtype == "Percent"):
		return
	if field.fieldtype != "Currency" or unit == PERCENT_SIGN:
		raise refuse(field, f"'{text}' is not a number: '{unit}' can't stand there.", "not a number")
	currency = get_currency()
	if not _is_sign(unit, currency):
		problem = f"'{text}' says '{unit}', but the currency of the row is {currency.code}."
		raise refuse(field, problem, "another currency than that of the row")


def _is_sign(unit: str, currency: Currency) -> bool:
	abbreviation = unit.rstrip(".")
	written = {unit, abbreviation} if abbreviation.isalpha() else {unit}
	signs = {sign.casefold() for sign in currency.signs}
	return any(text.casefold() in signs for text in written)


def _to_integer(number: Decimal, text: str, field: TargetField) -> int:
	if number != int(number):
		raise refuse(field, f"'{text}' is not a whole number.", "not a whole number")
	return int(number)


def _parse_check(text: str, field: TargetField) -> int:
	if text.lower() not in CHECK_VALUES:
		raise refuse(field, f"'{text}' is neither yes nor no.", "neither yes nor no")
	return CHECK_VALUES[text.lower()]


def _parse_datetime(text: str, field: TargetField, formats: Formats) -> datetime:
	if isinstance(text, Cell) and isinstance(text.value, datetime):
		return text.value
	found = read_moments(text, formats.dates, formats.site_zone)
	if not found:
		written = ", or ".join(formats.dates)
		problem = f"'{text}' is not a date written as {written}; see --date-format."
		raise refuse(field, problem, "not a date")
	if len(found) > 1:
		problem = f"'{text}' is another day in each of {', '.join(formats.dates)}."
		raise refuse(field, problem, "a date that fits two formats")
	return found.pop()
