"""What a link field offers while somebody types.

The framework's own search compares six columns of every record and sorts all that match. Here each step asks more of
the database than the one before it, and is taken only while too few are found. Every step reads by frappe.get_list: a
link field finds what the list shows.
"""

from collections.abc import Iterator
from functools import partial

import frappe
from frappe.model.meta import Meta

from crm_pipeline.access.filters import read_filters
from crm_pipeline.domain.fields import PARTY_FIELDS

PARTY = "party_display_name"
NEWEST_FIRST = "modified desc"
PAGE = 20
# a text that more values hold than these is so common that comparing soon finds enough
MOST_VALUES = 100
COMPARED = frozenset({"Data", "Text", "Small Text", "Long Text", "Text Editor", "Read Only"})


def find(
	doctype: str,
	txt: str,
	filters: dict | list | str | None,
	start: int,
	length: int,
	as_dict: bool = False,
	reference_doctype: str | None = None,
) -> list:
	"""Return the records that hold the text and that the user sees (api/desk.py)."""
	meta = frappe.get_meta(doctype)
	read = partial(frappe.get_list, doctype, reference_doctype=reference_doctype)
	conditions = read_filters(filters, doctype, with_tables=False)
	try:
		names = _find(read, _get_steps(meta, txt), conditions, start + length)
	except frappe.PermissionError:
		return []  # get_list has said why; the framework would answer that there is no such page
	return _show(read, meta, names[start:], as_dict)


def _find(read: partial, steps: Iterator[list], conditions: list, most: int) -> list[str]:
	names = {}
	for step in steps:
		found = read(filters=[*conditions, *step], pluck="name", order_by=NEWEST_FIRST, limit=most)
		names.update(dict.fromkeys(found))
		if len(names) >= most:
			break
	return list(names)[:most]


def _get_steps(meta: Meta, text: str) -> Iterator[list]:
	"""Yield the conditions of each step.

	Columns are compared one at a time: joined by `or` they would stand behind the visibility rule, which then would be
	asked about every record.
	"""
	if not text:
		yield []
		return
	yield [[meta.name, "name", "like", f"{text}%"]]
	compared = _get_indexed_fields(meta, text)
	for field in _get_search_fields(meta):
		stored_in = "party_name" if field == PARTY else field
		values = _get_values(meta, field, text)
		if values is None or len(values) > MOST_VALUES:
			compared += [field, stored_in]
		elif values:
			yield [[meta.name, stored_in, "in", values]]
	for field in dict.fromkeys(compared):
		yield [[meta.name, field, "like", f"%{text}%"]]


def _get_indexed_fields(meta: Meta, text: str) -> list[str]:
	"""Return the fields that an index holds in the order of change, first the one that is likelier to hold the text."""
	fields = [meta.title_field or "name", "name"]
	return fields[::-1] if text.replace("-", "").isdigit() else fields


def _get_search_fields(meta: Meta) -> list[str]:
	fields = (field.strip() for field in (meta.search_fields or "").split(","))
	return [field for field in fields if meta.has_field(field)]


def _get_values(meta: Meta, field: str, text: str) -> list[str] | None:
	"""Return what the field may hold that holds the text, up to one more than MOST_VALUES; None if nobody knows.

	Nobody's permission is asked: what is shown are records that the user sees, and they show the value.
	"""
	df = meta.get_field(field)
	if field == PARTY:
		parties = [doctype for doctype in PARTY_FIELDS if frappe.db.exists("DocType", doctype)]
		return [name for party in parties for name in _get_names(party, text, PARTY_FIELDS[party][PARTY])]
	if df.fieldtype == "Link":
		return _get_names(df.options, text)
	if df.fieldtype == "Select":
		return [option for option in df.options.split("\n") if text.casefold() in option.casefold()]
	return None if df.fieldtype in COMPARED else []


def _get_names(doctype: str, text: str, title: str = "name") -> list[str]:
	either = [[doctype, field, "like", f"%{text}%"] for field in dict.fromkeys(("name", title))]
	return frappe.get_all(doctype, or_filters=either, pluck="name", order_by=None, limit=MOST_VALUES + 1)


def _show(read: partial, meta: Meta, names: list[str], as_dict: bool) -> list:
	if not names:
		return []
	fields = dict.fromkeys(("name", meta.title_field or "name", *_get_search_fields(meta)))
	rows = read(filters=[[meta.name, "name", "in", names]], fields=list(fields), limit=len(names))
	shown = {row.name: row if as_dict else list(row.values()) for row in rows}
	return [shown[name] for name in names if name in shown]
