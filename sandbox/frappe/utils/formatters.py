"""Values as people read them."""

import frappe
from frappe.types import _dict
from frappe.utils.data import (
	cint,
	cstr,
	flt,
	fmt_money,
	format_datetime,
	format_duration,
	format_time,
	formatdate,
)


def format_value(value, df=None, doc=None, currency=None, translated=False, format=None):
	"""Return a value as text by its field type; money with the currency that the field names."""
	df = _dict(df or {})
	if value is None:
		value = ""
	if df.fieldtype == "Currency":
		return fmt_money(flt(value), cint(df.precision) or None, currency or _get_currency(df, doc))
	if df.fieldtype == "Float":
		return fmt_money(flt(value), cint(df.precision) or 3)
	if df.fieldtype == "Percent":
		return f"{fmt_money(flt(value), cint(df.precision) or 3)}%"
	if df.fieldtype == "Duration":
		return format_duration(value or 0)
	plain = {"Date": formatdate, "Datetime": format_datetime, "Time": format_time}.get(df.fieldtype, cstr)
	return plain(value)


def _get_currency(df, doc):
	"""Return the currency of a field whose options are a field of the document or `DocType:link:field`."""
	options = df.options or ""
	if not doc or not options:
		return frappe.db.get_default("currency")
	if ":" not in options:
		return doc.get(options) or frappe.db.get_default("currency")
	doctype, link, fieldname = options.split(":")
	return frappe.db.get_value(doctype, doc.get(link), fieldname)
