"""Refuses what is no number, no date or no plain text, before the framework turns it into something else.

`take_in` looks at the shape of what was sent, before the framework does anything with it: a dict where the name of a
record belongs would be a filter, and the answer would tell of records that the user may not see.
"""

import math
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from numbers import Number
from typing import Any

from frappe import _, _lt
from frappe.model.document import Document
from frappe.utils import cstr, flt, get_datetime

from crm_pipeline.domain import json_text
from crm_pipeline.domain.audit_chain import as_stored
from crm_pipeline.domain.text import is_blank, is_storable
from crm_pipeline.refusal import Whole, get_label, refuse

NUMBER_TYPES = frozenset({"Currency", "Float", "Percent", "Int"})
DECIMAL_TYPES = frozenset({"Currency", "Float", "Percent"})
DATE_TYPES = frozenset({"Date", "Datetime"})
NAME_TYPES = frozenset({"Link", "Dynamic Link", "Select"})
TABLE_TYPES = frozenset({"Table", "Table MultiSelect"})
HTML_TAG = re.compile(r"<[a-zA-Z/!]")
LARGEST_NUMBER = 10**12
GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d+)?")
MOMENT = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?", re.ASCII)
EARLIEST_YEAR = 1000  # the first that the database holds
TEXT_LENGTHS = {"Data": 140, "Small Text": 4000, "Text": 20_000, "Long Text": 100_000, "Text Editor": 100_000}
PICTURE = re.compile(r"data:image/[^\"')\s]+")  # the framework makes a file of one in the notes
REASON_LENGTH = TEXT_LENGTHS["Small Text"]

FROM_ITEM = frozenset({"item_name", "description"})  # what an item brings along stands as it is
NOT_NEGATIVE = ("potential_value", "won_value", "conversion_rate")
PLAIN_TEXT_TYPES = frozenset({"Data", "Small Text"})

COUNT, DOCSTATUS, MOMENT_KIND = "whole number", "state of a document", "moment"

# what every row of the framework has → the kind of its value
OWN_FIELDS = {
	**dict.fromkeys(("name", "owner", "modified_by", "parent", "parenttype", "parentfield"), "Link"),
	**dict.fromkeys(("creation", "modified"), MOMENT_KIND),
	"idx": COUNT,
	"docstatus": DOCSTATUS,
}
# what to send instead; whatever is not named here takes text
SHAPES = {
	**dict.fromkeys(NAME_TYPES, _lt("Send it as text.")),
	**dict.fromkeys(NUMBER_TYPES, _lt("Send a number.")),
	**dict.fromkeys(DATE_TYPES, _lt("Send it as YYYY-MM-DD.")),
	"Check": _lt("Send 1 or 0."),
	"Time": _lt("Send it as HH:MM:SS."),
	**dict.fromkeys((COUNT, DOCSTATUS, MOMENT_KIND), _lt("Leave it out.")),
}
FLAGS = (0, 1, "0", "1")


def take_in(doc: Document) -> None:
	"""Refuse what has another shape than its field, and what can't be stored; a number in a text is its digits."""
	for row in (doc, *doc.get_all_children()):
		row.idx = row.idx or 0
		for fieldname, fieldtype, value in _get_sent(row):
			_validate_shape(row, fieldname, fieldtype, value)
			if isinstance(value, Number) and fieldtype not in SHAPES:
				row.set(fieldname, cstr(value))


def leave_out_empty(doc: Document) -> None:
	"""In a new record an empty text says nothing (a web form sends one per field): the framework fills in its defaults."""
	for df in doc.meta.fields:
		if doc.__dict__.get(df.fieldname) == "":
			doc.set(df.fieldname, None)


def validate_fields(doc: Document) -> None:
	"""Refuse a number, a date or a text that its field can't hold, in a record and its rows."""
	for row, df, value in _get_filled(doc):
		is_ours = not df.get("is_custom_field")
		if is_ours and df.reqd and df.fieldtype in TEXT_LENGTHS and is_blank(cstr(value)):
			refuse(_("{0} is missing. Enter it."), get_label(row, df.fieldname))
		if df.fieldtype in NUMBER_TYPES:
			_validate_number(row, df, value)
		elif df.fieldtype in DATE_TYPES:
			_validate_date(row, df, value)
		elif is_ours and df.fieldtype in TEXT_LENGTHS and isinstance(value, str):
			_validate_text(row, df, value)


def validate_values(doc: Document) -> None:
	"""Do what `validate_fields` does, and refuse what an opportunity can't hold: HTML in a text, a negative value."""
	validate_fields(doc)
	for row, df, value in _get_filled(doc):
		is_plain = df.fieldtype in PLAIN_TEXT_TYPES and df.fieldname not in FROM_ITEM
		if is_plain and not df.get("is_custom_field") and HTML_TAG.search(cstr(value)):
			refuse(_("{0} “{1}” contains HTML. Enter plain text."), get_label(row, df.fieldname), value)
	for fieldname in NOT_NEGATIVE:
		if flt(doc.get(fieldname)) < 0:
			refuse(_("{0} is {1}. It can't be negative."), get_label(doc, fieldname), doc.get(fieldname))
	if not 0 <= flt(doc.probability) <= 100:
		refuse(
			_("{0} is {1}. Enter a percentage from 0 to 100."), get_label(doc, "probability"), doc.probability
		)


def round_numbers(doc: Document) -> None:
	"""Bring numbers to what the database keeps of them, so that what is computed and logged is what is stored."""
	for row in (doc, *doc.get_all_children()):
		for df in row.meta.fields:
			value = row.__dict__.get(df.fieldname) if df.fieldtype in DECIMAL_TYPES else None
			if isinstance(value, float) and value != int(value):
				row.set(df.fieldname, float(as_stored(value)))


def set_dates(doc: Document) -> None:
	"""Turn the texts of dates, which were checked, into dates, so that they compare as such."""
	for row, df, value in _get_filled(doc):
		if df.fieldtype in DATE_TYPES and not isinstance(value, date):
			moment = get_datetime(value)
			row.set(df.fieldname, moment if df.fieldtype == "Datetime" else moment.date())


def validate_reason(label: str, text: str) -> None:
	"""Refuse HTML, and more than a field for a reason holds, in a reason that belongs to no field."""
	_validate_length(label, text, REASON_LENGTH)
	if HTML_TAG.search(text):
		refuse(_("{0} “{1}” contains HTML. Enter plain text."), label, text)


def validate_size(row: Document, fieldname: str) -> None:
	"""Refuse a number that the database can't hold, typed or computed."""
	if abs(flt(row.get(fieldname))) >= LARGEST_NUMBER:
		message = _("{0} is {1}, which is too large. Enter less than {2}.")
		refuse(message, get_label(row, fieldname), row.get(fieldname), LARGEST_NUMBER)


def read_moment(value) -> datetime | None:
	"""Return the date and time that a value stands for; None for anything but year, month, day in this order.

	The framework would read 03.04.2026 in one order or the other without a word, and leave a time zone standing.
	"""
	if isinstance(value, date):
		return get_datetime(value)
	if not isinstance(value, str) or not MOMENT.fullmatch(value.strip()):
		return None
	try:
		moment = datetime.fromisoformat(_pad(value.strip()))
	except ValueError:
		return None
	return moment if moment.year >= EARLIEST_YEAR else None


def _pad(text: str) -> str:
	"""Return a moment with two digits for its month, day and hour, and three or six for a part of a second."""
	day, separator, clock = text.replace("T", " ").partition(" ")
	clock, dot, part = clock.partition(".")
	day = "-".join(number.zfill(2) for number in day.split("-"))
	clock = clock if not clock or clock[2:3] == ":" else f"0{clock}"
	return f"{day}{separator}{clock}{dot}{part.ljust(6, '0') if dot else ''}"


def _get_sent(row: Document) -> Iterator[tuple]:
	"""Yield (fieldname, kind, value) of what is filled in, the framework's own fields too."""
	held = row.__dict__
	for fieldname, fieldtype in OWN_FIELDS.items():
		if (value := held.get(fieldname)) not in (None, ""):
			yield fieldname, fieldtype, value
	for df in row.meta.fields:
		if df.fieldtype not in TABLE_TYPES and (value := held.get(df.fieldname)) not in (None, ""):
			yield df.fieldname, df.fieldtype, value


def _get_filled(doc: Document) -> Iterator[tuple]:
	"""Yield (row, field, value) of what is filled in, in the record and in its rows."""
	for row in (doc, *doc.get_all_children()):
		for df in row.meta.fields:
			value = row.__dict__.get(df.fieldname)
			if value not in (None, ""):
				yield row, df, value


def _validate_shape(row: Document, fieldname: str, fieldtype: str, value) -> None:
	has_shape = HAS_SHAPE.get(fieldtype, _is_text)(value)
	if has_shape and (not isinstance(value, str) or is_storable(value)):
		return
	label = fieldname if fieldname in OWN_FIELDS else get_label(row, fieldname)
	if not has_shape:
		remedy = Whole(SHAPES.get(fieldtype) or _("Send text."))
		refuse(_("{0} can't be {1}. {2}"), label, json_text.write(value), remedy)
	refuse(_("{0} “{1}” holds characters that can't be stored. Take them out."), label, value)


def _is_text(value) -> bool:
	return isinstance(value, str) or _is_number(value)


def _is_number(value) -> bool:
	return isinstance(value, Number) and not isinstance(value, bool)


def _is_count(value) -> bool:
	"""Tell whether a value is a whole number that the framework's own columns hold."""
	try:
		return _is_text(value) and int(value) == float(value) and abs(int(value)) < 2**31
	except (ValueError, OverflowError):
		return False


HAS_SHAPE: dict[str, Callable[[Any], bool]] = {
	**dict.fromkeys(NAME_TYPES, lambda value: isinstance(value, str)),
	**dict.fromkeys(DATE_TYPES, lambda value: isinstance(value, str | date)),
	"Time": lambda value: isinstance(value, str | time | timedelta),
	"Check": lambda value: isinstance(value, str | int) and value in FLAGS,
	**dict.fromkeys(
		NUMBER_TYPES, lambda value: True
	),  # _validate_number says it in the number's own sentence
	COUNT: _is_count,
	DOCSTATUS: lambda value: _is_count(value) and int(value) in (0, 1, 2),
	MOMENT_KIND: lambda value: bool(read_moment(value)),
}


def _validate_number(row: Document, df, value) -> None:
	number = _parse_number(value)
	if not math.isfinite(number):
		refuse(_("{0} is {1}, which is no number. Enter digits only."), get_label(row, df.fieldname), value)
	if df.fieldtype == "Int" and number != int(number):
		refuse(_("{0} is {1}, which is no whole number."), get_label(row, df.fieldname), value)
	validate_size(row, df.fieldname)


def _parse_number(value) -> float:
	"""Return the number that a value stands for, NaN for none. Commas may only part groups of digits."""
	if isinstance(value, str) and "," in value:
		value = value.replace(",", "") if GROUPED_NUMBER.fullmatch(value.strip()) else None
	try:
		return math.nan if isinstance(value, bool) else float(value)
	except (TypeError, ValueError):
		return math.nan
	except OverflowError:
		return math.inf


def _validate_date(row: Document, df, value) -> None:
	if not read_moment(value):
		message = (
			_("{0} is {1}, which is no date. Enter it as YYYY-MM-DD.")
			if df.fieldtype == "Date"
			else _(
				"{0} is {1}, which is no date and time. Enter it as YYYY-MM-DD HH:MM:SS, without a time zone."
			)
		)
		refuse(message, get_label(row, df.fieldname), value)


def _validate_text(row: Document, df, value: str) -> None:
	length = df.length or TEXT_LENGTHS[df.fieldtype]
	is_item_s = df.fieldname in FROM_ITEM and df.fieldtype != "Data"
	if len(value) > length and not is_item_s:
		_validate_length(get_label(row, df.fieldname), value, length)


def _validate_length(label: str, value: str, length: int) -> None:
	if len(value) > length and len(PICTURE.sub("", value)) > length:
		refuse(_("{0} “{1}” has {2} characters. Shorten it to {3}."), label, value, len(value), length)
