"""What differs between a document and the saved record, whatever form a client sent it in."""

from datetime import timedelta

from frappe.model import data_fieldtypes
from frappe.model.document import Document
from frappe.utils import cstr, flt, get_datetime

from crm_pipeline.domain import lifecycle

A_SPREADSHEET_S_ROUNDING = timedelta(seconds=1)  # a day is a float there
NUMBER_TYPES = frozenset({"Currency", "Float", "Percent", "Int", "Check"})
DATE_TYPES = frozenset({"Date", "Datetime"})


def has_changed(doc: Document, fieldname: str) -> bool:
	"""Tell whether a field differs from the saved record; always true on a new one that fills it."""
	saved = doc.get_doc_before_save()
	return not is_same_value(doc, saved, fieldname) if saved else bool(doc.get(fieldname))


def stays_closed(doc: Document) -> bool:
	"""Tell whether a save leaves a closed record closed: what was computed for it stands."""
	saved = doc.get_doc_before_save()
	return bool(saved) and lifecycle.is_closed(saved.status) and saved.status == doc.status


def is_same_value(doc: Document, saved: Document, fieldname: str) -> bool:
	"""Compare a field with the saved one, whatever form a client sent it in."""
	value, previous = doc.get(fieldname), saved.get(fieldname)
	fieldtype = doc.meta.get_field(fieldname).fieldtype
	if fieldtype in NUMBER_TYPES:
		return flt(value, 9) == flt(previous, 9)
	if fieldtype in DATE_TYPES and value and previous:
		return abs(get_datetime(value) - get_datetime(previous)) < A_SPREADSHEET_S_ROUNDING
	if fieldtype.startswith("Table"):
		value, previous = value or (), previous or ()
		return len(value) == len(previous) and all(map(is_same_row, value, previous))
	return cstr(value) == cstr(previous)


def is_same_row(row: Document, saved: Document) -> bool:
	"""Compare the values of two rows of a table."""
	return all(
		is_same_value(row, saved, df.fieldname) for df in row.meta.fields if df.fieldtype in data_fieldtypes
	)
