"""The filters of a list as a client sends them: what the framework could only answer with an error is refused here."""

import re
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt

from crm_pipeline.domain import json_text
from crm_pipeline.record.input_values import DATE_TYPES, NUMBER_TYPES, read_moment
from crm_pipeline.refusal import Whole, refuse

TIMESPAN = re.compile(
	"yesterday|today|tomorrow|(this|last|next) (week|month|quarter|year)|(last|next) (7 days|14 days|30 days|90 days|6 months)",
	re.IGNORECASE,
)
COMPARING = frozenset({"=", "!=", ">", "<", ">=", "<="})
MATCHING = frozenset({"like", "not like"})
CHOOSING = frozenset({"in", "not in"})
TREE = frozenset(
	{
		"descendants of",
		"descendants of (inclusive)",
		"not descendants of",
		"ancestors of",
		"not ancestors of",
	}
)
# columns without a field → type
COLUMNS = {
	**dict.fromkeys(
		("name", "owner", "modified_by", "_user_tags", "_liked_by", "_assign", "_comments"), "Data"
	),
	**dict.fromkeys(("parent", "parenttype", "parentfield"), "Data"),
	**dict.fromkeys(("creation", "modified"), "Datetime"),
	**dict.fromkeys(("docstatus", "idx"), "Int"),
}


def read_filters(value: dict | list | str | None, doctype: str, with_tables: bool = True) -> list[list]:
	"""Return [[DocType, field, operator, value], …] of filters in any form that the framework takes, or as JSON.

	They ask for fields of the DocType, and of its tables.
	"""
	if value in (None, "", [], {}, ()):
		return []
	sent = _list(json_text.read(value, (dict, list, tuple)))
	tables = [df.options for df in frappe.get_meta(doctype).get_table_fields()] if with_tables else []
	rows = [_read_filter(row, [doctype, *tables]) for row in sent]
	if None in rows or not (rows or value in ("[]", "{}")):
		example = Whole(json_text.write([[doctype, "name", "=", "…"]]))
		refuse(_("{0} can't be read as filters. Send something like {1}."), json_text.write(value), example)
	return rows


def _list(sent: dict | list | tuple | None) -> list:
	if not isinstance(sent, dict):
		return list(sent or ())
	return [
		[field, *(asked if isinstance(asked, list | tuple) and len(asked) == 2 else ("=", asked))]
		for field, asked in sent.items()
	]


def _read_filter(row: Any, doctypes: list[str]) -> list | None:
	"""Return one filter with its DocType; None if it can't be asked."""
	if not isinstance(row, list | tuple) or not 3 <= len(row) <= 5:
		return None
	doctype, field, operator, value = row[:4] if len(row) > 3 else (doctypes[0], *row)
	if not all(isinstance(part, str) for part in (doctype, field, operator)) or doctype not in doctypes:
		return None
	df = frappe.get_meta(doctype).get_field(field)
	fieldtype = df.fieldtype if df else COLUMNS.get(field)
	if not fieldtype or field not in (*frappe.get_meta(doctype).get_valid_columns(), *COLUMNS):
		return None
	fits = _fits(operator.strip().lower(), value, fieldtype, df)
	return [doctype, field, operator.strip(), value] if fits else None


def _fits(operator: str, value: Any, fieldtype: str, df) -> bool:
	"""Tell whether a field of this type can be compared with the value in this way."""
	if operator in COMPARING:
		return value is None or value == "" or _is_of(fieldtype, value)
	if operator in MATCHING:
		return isinstance(value, str)
	if operator in CHOOSING:
		parts = value.split(",") if isinstance(value, str) else value
		return isinstance(parts, list | tuple) and all(_is_of(fieldtype, part) for part in parts)
	if operator == "is":
		return isinstance(value, str) and value.lower() in ("set", "not set")
	if operator == "between":
		is_pair = isinstance(value, list | tuple) and len(value) == 2
		return fieldtype in DATE_TYPES and is_pair and all(map(read_moment, value))
	if operator == "timespan":
		return fieldtype in DATE_TYPES and isinstance(value, str) and bool(TIMESPAN.fullmatch(value))
	is_tree = df and df.fieldtype == "Link" and frappe.get_meta(df.options).has_field("lft")
	return operator in TREE and bool(is_tree) and isinstance(value, str)


def _is_of(fieldtype: str, value: Any) -> bool:
	if fieldtype in DATE_TYPES:
		return bool(read_moment(value))
	if fieldtype in NUMBER_TYPES:
		return isinstance(value, str | int | float) and abs(flt(value)) < 10**15
	return isinstance(value, str | int | float)
