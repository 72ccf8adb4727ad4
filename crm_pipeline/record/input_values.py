"""Refuses what is no number, no date or no plain text, before the framework turns it into something else."""

import math
import re
from collections.abc import Iterator
from datetime import date

from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, get_datetime

from crm_pipeline.refusal import get_label, refuse

NUMBER_TYPES = frozenset({"Currency", "Float", "Percent", "Int"})
DATE_TYPES = frozenset({"Date", "Datetime"})
TEXT_TYPES = frozenset({"Data", "Small Text"})
HTML_TAG = re.compile(r"<[a-zA-Z/!]")
LARGEST_NUMBER = 10**12
GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d+)?")
TEXT_LENGTHS = {"Data": 140, "Small Text": 4000}

FROM_ITEM = frozenset({"item_name", "description"})  # what an item brings along stands as it is
NOT_NEGATIVE = ("potential_value", "won_value", "conversion_rate")


def validate_values(doc: Document) -> None:
	"""Refuse what is no number, no date or no plain text, before the framework turns it into something else."""
	for row, df, value in _get_filled(doc):
		if df.fieldtype in NUMBER_TYPES:
			_validate_number(row, df, value)
		elif df.fieldtype in DATE_TYPES:
			_validate_date(row, df, value)
		elif df.fieldtype in TEXT_TYPES and isinstance(value, str):
			_validate_text(row, df, value)
	for fieldname in NOT_NEGATIVE:
		if flt(doc.get(fieldname)) < 0:
			refuse(_("{0} is {1}. It can't be negative."), get_label(doc, fieldname), doc.get(fieldname))
	if not 0 <= flt(doc.probability) <= 100:
		refuse(
			_("{0} is {1}. Enter a percentage from 0 to 100."), get_label(doc, "probability"), doc.probability
		)


def set_dates(doc: Document) -> None:
	"""Turn the texts of dates, which were checked, into dates, so that they compare as such."""
	for row, df, value in _get_filled(doc):
		if df.fieldtype in DATE_TYPES and not isinstance(value, date):
			moment = get_datetime(value)
			row.set(df.fieldname, moment if df.fieldtype == "Datetime" else moment.date())


def _get_filled(doc: Document) -> Iterator[tuple]:
	"""Yield (row, field, value) of what is filled in, in the record and in its items."""
	for row in (doc, *doc.items):
		for df in row.meta.fields:
			value = row.get(df.fieldname)
			if value not in (None, ""):
				yield row, df, value


def validate_size(row: Document, fieldname: str) -> None:
	"""Refuse a number that the database can't hold, typed or computed."""
	if abs(flt(row.get(fieldname))) >= LARGEST_NUMBER:
		message = _("{0} is {1}, which is too large. Enter less than {2}.")
		refuse(message, get_label(row, fieldname), row.get(fieldname), LARGEST_NUMBER)


def _validate_number(row: Document, df, value) -> None:
	if not math.isfinite(_parse_number(value)):
		refuse(_("{0} is {1}, which is no number. Enter digits only."), get_label(row, df.fieldname), value)
	validate_size(row, df.fieldname)


def _parse_number(value) -> float:
	"""Return the number that a value stands for, NaN for none. Commas may only part groups of digits."""
	if isinstance(value, str) and "," in value:
		value = value.replace(",", "") if GROUPED_NUMBER.fullmatch(value.strip()) else None
	try:
		return float(value)
	except (TypeError, ValueError):
		return math.nan


def _validate_date(row: Document, df, value) -> None:
	if isinstance(value, date):
		return
	try:
		parsed = get_datetime(value)
	except Exception:  # the framework's parser raises several kinds, and shows a message of its own
		parsed = None
	if not parsed or parsed.tzinfo:
		message = _("{0} is {1}, which is no date. Enter it as YYYY-MM-DD.")
		refuse(message, get_label(row, df.fieldname), value)


def _validate_text(row: Document, df, value: str) -> None:
	length = df.length or TEXT_LENGTHS[df.fieldtype]
	if len(value) > length:
		refuse(
			_("{0} “{1}” has {2} characters. Shorten it to {3}."),
			get_label(row, df.fieldname),
			value,
			len(value),
			length,
		)
	if df.fieldname not in FROM_ITEM and HTML_TAG.search(value):
		refuse(_("{0} “{1}” contains HTML. Enter plain text."), get_label(row, df.fieldname), value)
