"""The suggestions of link fields."""

import json

import frappe
from frappe.utils import cint, cstr, unique

SEARCHABLE = ("Data", "Text", "Small Text", "Long Text", "Link", "Select", "Read Only", "Text Editor")


@frappe.whitelist()
def search_link(
	doctype: str,
	txt: str,
	query: str | None = None,
	filters: str | dict | list | None = None,
	page_length: int = 10,
	searchfield: str | None = None,
	reference_doctype: str | None = None,
	ignore_user_permissions: bool = False,
) -> list[dict]:
	"""Return the records that match a text and that the user may read, as {value, description}."""
	rows = search_widget(
		doctype, txt.strip(), query, searchfield, 0, page_length, filters, reference_doctype=reference_doctype
	)
	return [_suggest(frappe.get_meta(doctype), list(row)) for row in rows]


def _suggest(meta, row):
	if not meta.show_title_field_in_link or not meta.title_field:
		return {"value": row[0], "description": _join(row[1:])}
	label = row[1]
	rest = row[3:] if row[2:3] == [label] else row[2:]
	return {"value": row[0], "label": label, "description": _join([row[0], *rest])}


def _join(parts):
	return ", ".join(unique(cstr(part) for part in parts if part))


@frappe.whitelist()
def search_widget(
	doctype: str,
	txt: str,
	query: str | None = None,
	searchfield: str | None = None,
	start: int = 0,
	page_length: int = 10,
	filters: str | dict | list | None = None,
	filter_fields=None,
	as_dict: bool = False,
	reference_doctype: str | None = None,
	ignore_user_permissions: bool = False,
):
	"""Return the matching rows; `query` (or a standard query of the DocType) is a function that finds them."""
	filters = json.loads(filters) if isinstance(filters, str) else filters
	query = query or next(iter(frappe.get_hooks("standard_queries", {}).get(doctype, [])), None)
	if query:
		frappe.is_whitelisted(frappe.get_attr(query))
		return frappe.call(query, doctype, txt, searchfield or "name", cint(start), page_length, filters)
	meta = frappe.get_meta(doctype)
	return frappe.get_list(
		doctype,
		filters=_build_filters(meta, filters),
		or_filters=_build_or_filters(meta, txt),
		fields=_get_fields(meta),
		limit_start=cint(start),
		limit_page_length=page_length,
		order_by=f"`tab{doctype}`.`modified` desc",
		reference_doctype=reference_doctype,
		as_list=not as_dict,
	)


def _build_filters(meta, filters):
	if isinstance(filters, dict):
		pairs = filters.items()
		filters = [
			[key, *(value if isinstance(value, list | tuple) else ("=", value))] for key, value in pairs
		]
	filters = list(filters or [])
	if meta.has_field("enabled") and meta.get_field("enabled").fieldtype == "Check":
		filters.append([meta.name, "enabled", "=", 1])
	if meta.has_field("disabled") and meta.get_field("disabled").fieldtype == "Check":
		filters.append([meta.name, "disabled", "!=", 1])
	return filters


def _build_or_filters(meta, txt):
	names = unique(["name", *filter(None, [meta.title_field]), *meta.get_search_fields()]) if txt else []
	types = {"name": "Data", **meta.column_types}
	return [[meta.name, name, "like", f"%{txt}%"] for name in names if types.get(name) in SEARCHABLE]


def _get_fields(meta):
	fields = ["name"]
	if meta.show_title_field_in_link and meta.title_field:
		fields.append(f"{meta.title_field} as label")
	return fields + [name for name in meta.get_search_fields() if name != "name"]
