"""Filters in Frappe's form become SQL conditions.

Two readers of filters exist in Frappe and treat empty columns differently: lists (`get_all`) count an empty
column as '' or 0, `frappe.db.get_value` and its kin leave SQL's own rule. `fill_nulls` tells them apart.
"""

import frappe
from frappe.model import STANDARD_FIELDTYPES, child_table_fields, default_fields, numeric_fieldtypes
from frappe.types import NotInSandbox, _dict
from frappe.utils.data import cint, cstr, flt, get_datetime, get_time, getdate
from frappe.utils.timespan import get_timespan_date_range

COMPARISONS = ("=", "!=", ">", "<", ">=", "<=", "like", "not like")
HIERARCHY = (
	"descendants of", "not descendants of", "descendants of (inclusive)", "ancestors of", "not ancestors of",
)  # fmt: skip
OPERATORS = (*COMPARISONS, *HIERARCHY, "in", "not in", "between", "is", "timespan")
TABLES_WITHOUT_DOCTYPE = ("Singles", "Series")
NEVER_NULL = ("name", "modified", "creation")
NULL_FALLBACK = {"Date": "'0001-01-01'", "Datetime": "'0001-01-01 00:00:00.000000'", "Time": "'00:00:00'"}


def read_filters(doctype, filters):
	"""Return filters of any accepted form as a list of (doctype, fieldname, operator, value)."""
	if isinstance(filters, str | int):
		filters = {"name": filters}
	if isinstance(filters, dict):
		return [_read_pair(doctype, key, value) for key, value in filters.items()]
	if filters and all(isinstance(name, str | int) for name in filters):
		return [_filter(doctype, "name", "in", filters)]
	return [entry for one in filters or [] for entry in _read_one(doctype, one)]


def _read_one(doctype, one):
	if isinstance(one, dict):
		return read_filters(doctype, one)
	if len(one) == 2:
		return [_read_pair(doctype, *one)]
	return [_filter(doctype, *one[:3]) if len(one) == 3 else _filter(*one[:4])]


def _read_pair(doctype, key, value):
	operator, value = value if isinstance(value, list | tuple) else ("=", value)
	return _filter(doctype, key, operator, value)


def _filter(doctype, fieldname, operator, value):
	operator = (operator or "=").lower()
	if operator not in OPERATORS:
		frappe.throw(f"Operator must be one of {', '.join(OPERATORS)}")
	return _dict(doctype=doctype, fieldname=fieldname, operator=operator, value=value)


def find_child_doctype(doctype, fieldname):
	"""Return the DocType that has the field: the given one or the first of its tables that does."""
	meta = frappe.get_meta(doctype)
	standard = (*default_fields, *child_table_fields, *STANDARD_FIELDTYPES)
	if fieldname in standard or meta.has_field(fieldname):
		return doctype
	tables = (table.options for table in meta.get_table_fields())
	return next((table for table in tables if frappe.get_meta(table).has_field(fieldname)), doctype)


def get_fieldtype(doctype, fieldname):
	if doctype in TABLES_WITHOUT_DOCTYPE:
		return None
	df = frappe.get_meta(doctype).get_field(fieldname)
	return df.fieldtype if df else STANDARD_FIELDTYPES.get(fieldname)


def build_condition(entry, quote, fill_nulls=False):
	"""Return the SQL of one filter; `quote` turns a value into a literal or a parameter mark."""
	expression = entry.fieldname
	is_expression = "ifnull(" in expression.lower()
	column = expression if is_expression else f"`tab{entry.doctype}`.`{expression}`"
	fieldtype = None if is_expression else get_fieldtype(entry.doctype, expression)
	fill_nulls = fill_nulls and not is_expression and expression not in NEVER_NULL
	if entry.operator in HIERARCHY:
		entry = _resolve_hierarchy(entry)
	elif entry.operator == "timespan":
		entry = _dict(entry, operator="between", value=get_timespan_date_range(entry.value.lower()))
	builder = {"in": _membership, "not in": _membership, "between": _between, "is": _is}.get(entry.operator)
	return (builder or _comparison)(column, entry, fieldtype, quote, fill_nulls)


def _filled(column, fieldtype):
	return f"ifnull({column}, {NULL_FALLBACK.get(fieldtype, chr(39) * 2)})"


def _is(column, entry, fieldtype, quote, fill_nulls):
	wanted = entry.value.lower() == "set"
	if not fill_nulls or fieldtype in NULL_FALLBACK:
		return f"{column} is {'not ' if wanted else ''}null"
	empty = "0" if fieldtype in numeric_fieldtypes else "''"
	return f"ifnull({column}, {empty}) {'!=' if wanted else '='} {empty}"


def _membership(column, entry, fieldtype, quote, fill_nulls):
	values = entry.value.split(",") if isinstance(entry.value, str) else list(entry.value or [])
	if fill_nulls and (entry.operator == "not in" or not values or any(v in (None, "") for v in values)):
		column = _filled(column, None)
	clean = [cstr(value).strip() if isinstance(value, str | None) else value for value in values] or [""]
	return f"{column} {entry.operator} ({', '.join(quote(value) for value in clean)})"


def _between(column, entry, fieldtype, quote, fill_nulls):
	start, end = entry.value
	if fieldtype == "Date":
		start, end = getdate(start), getdate(end)
	elif fieldtype == "Datetime":
		start, end = get_datetime(start), _end_of(end)
	elif fill_nulls:
		raise NotInSandbox(f"The sandbox does not know between for the field {entry.fieldname}")
	return f"{column} between {quote(start)} and {quote(end)}"


def _end_of(value):
	moment = get_datetime(value)
	has_time = moment.time() != moment.min.time()
	return moment if has_time else moment.replace(hour=23, minute=59, second=59, microsecond=999999)


def _comparison(column, entry, fieldtype, quote, fill_nulls):
	operator, value = entry.operator, entry.value
	if value is None and not fill_nulls:
		return f"{column} is null"
	if value is None and operator == "=" and fieldtype in ("Link", "Data"):
		raise NotInSandbox(f"{entry.fieldname} = None finds nothing in a list; use ('is', 'not set')")
	if fill_nulls and _may_match_null(operator, value, fieldtype):
		column = _filled(column, fieldtype)
	suffix = r" escape '\'" if operator.endswith("like") else ""
	return f"{column} {operator} {quote(_convert(value, operator, fieldtype, fill_nulls))}{suffix}"


def _may_match_null(operator, value, fieldtype):
	if fieldtype in numeric_fieldtypes or (operator in (">", ">=") and fieldtype in ("Date", "Datetime")):
		return False
	return not (value and operator in ("=", "like"))


def _convert(value, operator, fieldtype, fill_nulls):
	if operator.endswith("like") or (not fill_nulls and fieldtype not in ("Date", "Datetime")):
		return int(value) if isinstance(value, bool) else value
	if fieldtype == "Date":
		return getdate(value)
	if fieldtype == "Datetime":
		return get_datetime(value)
	if fieldtype == "Time":
		return get_time(value)
	if fieldtype in numeric_fieldtypes:
		return cint(value) if fieldtype in ("Int", "Check") else flt(value)
	return value


def _resolve_hierarchy(entry):
	"""Replace a tree operator by the names of the nodes it means."""
	from frappe.utils.nestedset import get_ancestors_of, get_descendants_of

	field = frappe.get_meta(entry.doctype).get_field(entry.fieldname)
	tree = field.options if field else entry.doctype
	if "ancestors" in entry.operator:
		nodes = get_ancestors_of(tree, entry.value)
	else:
		nodes = get_descendants_of(tree, entry.value, ignore_permissions=True)
	if entry.operator.endswith("(inclusive)"):
		nodes = [*nodes, entry.value]
	return _dict(entry, operator="not in" if entry.operator.startswith("not") else "in", value=nodes)
