"""Making a document out of another one."""

import json

import frappe
from frappe.model import child_table_fields, default_fields, table_fields


@frappe.whitelist()
def make_mapped_doc(method, source_name, selected_children=None, args=None):
	"""Call a whitelisted mapper method; `args` reach it in `frappe.flags.args`."""
	method = frappe.get_attr(method)
	frappe.is_whitelisted(method)
	frappe.flags.args = frappe._dict(json.loads(args)) if args else frappe.flags.args
	frappe.flags.selected_children = json.loads(selected_children) if selected_children else None
	return method(source_name)


def get_mapped_doc(
	from_doctype,
	from_docname,
	table_maps,
	target_doc=None,
	postprocess=None,
	ignore_permissions=False,
	ignore_child_tables=False,
	cached=False,
):
	"""Return an unsaved document with the values that `table_maps` takes over from another one."""
	if isinstance(target_doc, str):
		target_doc = frappe.get_doc(json.loads(target_doc))
	target_doc = target_doc or frappe.new_doc(table_maps[from_doctype]["doctype"])
	source = frappe.get_doc(from_doctype, from_docname)
	if not ignore_permissions:
		target_doc.check_permission("create")
		source.check_permission("read")
	target_doc.run_method("before_mapping", source, table_maps)
	_map_doc(source, target_doc, table_maps[from_doctype])
	if not ignore_child_tables:
		for df in source.meta.get_table_fields():
			_map_table(source, target_doc, df, table_maps.get(df.options) or _find_same_table(target_doc, df))
	if postprocess:
		postprocess(source, target_doc)
	target_doc.run_method("after_mapping", source)
	target_doc.set_onload("load_after_mapping", True)
	return target_doc


def _find_same_table(target, df):
	"""Return the map of a table that both documents have and may copy."""
	other = target.meta.get_field(df.fieldname)
	is_same = other and other.options == df.options and not df.no_copy and not other.no_copy
	return {"doctype": df.options} if is_same else None


def _map_table(source, target, df, table_map):
	if not table_map:
		return
	fieldname = target.get_parentfield_of_doctype(table_map["doctype"])
	if table_map.get("reset_value"):
		target.set(fieldname, [])
	if table_map.get("ignore") or (table_map.get("add_if_empty") and target.get(fieldname)):
		return
	for row in source.get(df.fieldname):
		if _is_selected(row, df, table_map):
			new = frappe.new_doc(table_map["doctype"], parent_doc=target, parentfield=fieldname)
			_map_doc(row, new, table_map, source)
			new.idx = None
			target.append(fieldname, new)


def _is_selected(row, df, table_map):
	chosen = (frappe.flags.selected_children or {}).get(df.fieldname)
	if chosen is not None and row.name not in chosen:
		return False
	if "condition" in table_map and not table_map["condition"](row):
		return False
	return not (table_map.get("filter") and table_map["filter"](row))


def _map_doc(source, target, table_map, source_parent=None):
	for key, (operator, value) in table_map.get("validation", {}).items():
		if operator == "=" and source.get(key) != value:
			frappe.throw(f"Cannot map because following condition fails: {key}={value}")
	_map_fields(source, target, table_map)
	if "postprocess" in table_map:
		table_map["postprocess"](source, target, source_parent)


def _map_fields(source, target, table_map):
	left_out = {*default_fields, *child_table_fields, *table_map.get("field_no_map", ())}
	for doc in (source, target):
		left_out |= {df.fieldname for df in doc.meta.fields if df.no_copy or df.fieldtype in table_fields}
	for df in target.meta.fields:
		value = source.get(df.fieldname)
		if df.fieldname not in left_out and value not in (None, ""):
			target.set(df.fieldname, value)
	for source_field, target_field in table_map.get("field_map", {}).items():
		value = source.get(source_field)
		if value not in (None, ""):
			target.set(target_field, value)
