"""Filters in Frappe's form become SQL conditions.

Two readers of filters exist in Frappe and treat empty columns differently: lists (`get_all`) count an empty
column as '' or 0, `frappe.db.get_value` and its kin leave SQL's own rule. `fill_nulls` tells them apart.
"""

import frappe
from frappe.model import STANDARD_FIELDTYPES, cast_fieldtype, numeric_fieldtypes
from frappe.types import NotInSandbox, _dict
from frappe.utils.data import cstr, getdate

TREE_OPERATORS = ("descendants of", "descendants of (inclusive)")
OPERATORS = (
	*TREE_OPERATORS,
	"=",
	"!=",
	">",
	"<",
	">=",
	"<=",
	"like",
	"not like",
	"in",
	"not in",
	"between",
	"is",
)
NEVER_NULL = ("name", "modified", "creation")
NULL_FALLBACK = {"Date": "'0001-01-01'", "Datetime": "'0001-01-01 00:00:00.000000'"}


def read_filters(doctype, filters):
	"""Return filters of any accepted form as a list of (doctype, fieldname, operator, value)."""
	if isinstance(filters, dict):
		return [_filter(doctype, key, *_read_value(value)) for key, value in filters.items()]
	if filters and all(isinstance(name, str | int) for name in filters):
		return [_filter(doctype, "name", "in", filters)]
	return [
		_filter(*one[:4]) if len(one) > 3 else _filter(doctype, one[0], *(_read_value(one[1]) if len(one) == 2 else one[1:]))
		for one in filters or []
	]  # fmt: skip


def _read_value(value):
	return value if isinstance(value, list | tuple) else ("=", value)


def _filter(doctype, fieldname, operator, value):
	operator = (operator or "=").lower()
	if operator not in OPERATORS:
		raise NotInSandbox(f"The sandbox does not know the operator {operator}")
	return _dict(doctype=doctype, fieldname=fieldname.strip("`"), operator=operator, value=value)


def build_condition(entry, quote, fill_nulls=False):
	"""Return the SQL of one filter; `quote` turns a value into a literal or a parameter mark."""
	if "(" in entry.fieldname:
		return f"{entry.fieldname} {entry.operator} {quote(entry.value)}"
	column, df = f"`tab{entry.doctype}`.`{entry.fieldname}`", None
	if entry.doctype != "Singles":
		df = frappe.get_meta(entry.doctype).get_field(entry.fieldname)
	fieldtype = df.fieldtype if df else STANDARD_FIELDTYPES.get(entry.fieldname)
	fill_nulls = fill_nulls and entry.fieldname not in NEVER_NULL
	if entry.operator in TREE_OPERATORS:
		entry = _resolve_tree_operator(entry, df)
	if entry.operator in ("in", "not in"):
		return _membership(column, entry, quote, fill_nulls)
	if entry.operator == "between":
		return _between(column, entry, fieldtype, quote)
	if entry.operator == "is":
		return _is(column, entry, fieldtype, fill_nulls)
	return _comparison(column, entry, fieldtype, quote, fill_nulls)


def _filled(column, fieldtype=None):
	return f"""ifnull({column}, {NULL_FALLBACK.get(fieldtype, "''")})"""


def _is(column, entry, fieldtype, fill_nulls):
	wanted = entry.value.lower() == "set"
	if not fill_nulls or fieldtype in NULL_FALLBACK:
		return f"{column} is {'not ' if wanted else ''}null"
	empty = "0" if fieldtype in numeric_fieldtypes else "''"
	return f"ifnull({column}, {empty}) {'!=' if wanted else '='} {empty}"


def _membership(column, entry, quote, fill_nulls):
	values = entry.value.split(",") if isinstance(entry.value, str) else list(entry.value or [])
	if fill_nulls and (entry.operator == "not in" or not all(values)):
		column = _filled(column)
	clean = [cstr(value).strip() if isinstance(value, str | None) else value for value in values] or [""]
	return f"{column} {entry.operator} ({', '.join(quote(value) for value in clean)})"


def _between(column, entry, fieldtype, quote):
	"""From the first day to the end of the last; a moment is stored as text that begins with its day."""
	first, last = (cstr(getdate(value)) for value in entry.value)
	last += " 23:59:59.999999" if fieldtype == "Datetime" else ""
	return f"{column} between {quote(first)} and {quote(last)}"


def _comparison(column, entry, fieldtype, quote, fill_nulls):
	operator, value = entry.operator, entry.value
	if value is None and not fill_nulls:
		return f"{column} is null"
	if fill_nulls and _may_match_null(operator, value, fieldtype):
		column = _filled(column, fieldtype)
	if operator.endswith("like"):
		return f"{column} {operator} {quote(value)} escape '\\'"
	is_typed = fieldtype in NULL_FALLBACK or (fill_nulls and fieldtype in numeric_fieldtypes)
	return f"{column} {operator} {quote(cast_fieldtype(fieldtype, value) if is_typed else value)}"


def _may_match_null(operator, value, fieldtype):
	if fieldtype in numeric_fieldtypes or (operator in (">", ">=") and fieldtype in NULL_FALLBACK):
		return False
	return not (value and operator in ("=", "like"))


def _resolve_tree_operator(entry, df):
	from frappe.utils.nestedset import get_descendants_of

	nodes = get_descendants_of(df.options if df else entry.doctype, entry.value, ignore_permissions=True)
	nodes += [entry.value] if entry.operator.endswith("(inclusive)") else []
	return _dict(entry, operator="in", value=nodes)
