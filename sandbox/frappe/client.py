"""The methods that desk and REST clients call on any DocType."""

import json

import frappe
from frappe.desk.reportview import validate_args
from frappe.model import child_table_fields, default_fields
from frappe.model.db_query import check_parent_permission


@frappe.whitelist()
def get_list(
	doctype,
	fields=None,
	filters=None,
	group_by=None,
	order_by=None,
	limit_start=None,
	limit_page_length=20,
	parent=None,
	debug: bool = False,
	as_dict: bool = True,
	or_filters=None,
):
	"""Return the records that match and that the user may read."""
	if frappe.is_table(doctype):
		check_parent_permission(parent, doctype)
	args = frappe._dict(
		doctype=doctype,
		parent_doctype=parent,
		fields=fields,
		filters=filters,
		or_filters=or_filters,
		group_by=group_by,
		order_by=order_by,
		limit_start=limit_start,
		limit_page_length=limit_page_length,
		as_list=not as_dict,
	)
	return frappe.get_list(**validate_args(args))


@frappe.whitelist()
def get_count(doctype, filters=None, debug=False, cache=False):
	"""Return how many records match; Frappe 15 checks no permission here."""
	return frappe.db.count(doctype, _read_filters(filters))


def _read_filters(filters):
	try:
		return json.loads(filters)
	except (TypeError, ValueError):
		return filters


@frappe.whitelist()
def get(doctype, name=None, filters=None, parent=None):
	"""Return a document by name or filters."""
	if frappe.is_table(doctype):
		check_parent_permission(parent, doctype)
	if name:
		doc = frappe.get_doc(doctype, name)
	else:
		doc = frappe.get_doc(doctype, frappe.parse_json(filters)) if filters else frappe.get_doc(doctype)
	doc.check_permission()
	doc.apply_fieldlevel_read_permissions()
	return doc.as_dict()


@frappe.whitelist()
def get_value(doctype, fieldname, filters=None, as_dict=True, debug=False, parent=None):
	"""Return values of the first record that matches."""
	if frappe.is_table(doctype):
		check_parent_permission(parent, doctype)
	if not frappe.has_permission(doctype, parent_doctype=parent):
		frappe.throw(f"No permission for {doctype}", frappe.PermissionError)
	filters = _read_filters(filters)
	filters = {"name": filters} if isinstance(filters, str) else filters
	fields = _read_filters(fieldname)
	fields = [fields] if isinstance(fields, str) else fields
	if frappe.get_meta(doctype).issingle:
		rows = frappe.db.get_values_from_single(fields, filters, doctype, as_dict=as_dict)
	else:
		rows = get_list(
			doctype, filters=filters, fields=fields, limit_page_length=1, parent=parent, as_dict=as_dict
		)
	if as_dict:
		return rows[0] if rows else {}
	return (rows[0] if len(fields) > 1 else rows[0][0]) if rows else None


@frappe.whitelist(methods=["POST", "PUT"])
def set_value(doctype, name, fieldname, value=None):
	"""Set values of a document (`fieldname` may be a dict) and save it."""
	if fieldname in default_fields + child_table_fields:
		frappe.throw("Cannot edit standard fields")
	values = {fieldname: value} if value else _read_values(fieldname)
	if frappe.is_table(doctype):
		row = frappe.db.get_value(doctype, name, ["parenttype", "parent"], as_dict=True)
		doc = frappe.get_doc(row.parenttype, row.parent)
		doc.getone({"doctype": doctype, "name": name}).update(values)
	else:
		doc = frappe.get_doc(doctype, name)
		doc.update(values)
	doc.save()
	return doc.as_dict()


def _read_values(fieldname):
	if not isinstance(fieldname, str):
		return fieldname
	try:
		return json.loads(fieldname)
	except ValueError:
		return {fieldname: ""}


@frappe.whitelist(methods=["POST", "PUT"])
def insert(doc=None):
	return _insert(frappe.parse_json(doc)).as_dict()


def _insert(doc):
	"""Insert a document; a child row is added to its parent, which is saved."""
	doc = frappe._dict(doc)
	if not frappe.is_table(doc.doctype):
		return frappe.get_doc(doc).insert()
	parent = frappe.get_doc(doc.parenttype, doc.parent)
	parent.append(doc.parentfield, doc)
	parent.save()
	return parent


@frappe.whitelist(methods=["POST", "PUT"])
def save(doc):
	doc = frappe.get_doc(frappe.parse_json(doc))
	doc.save()
	return doc.as_dict()


@frappe.whitelist(methods=["DELETE", "POST"])
def delete(doctype, name):
	"""Delete a document; a child row goes through its parent."""
	if not frappe.is_table(doctype):
		frappe.delete_doc(doctype, name, ignore_missing=False)
		return
	row = frappe.db.get_value(doctype, name, ["parenttype", "parent", "parentfield"], as_dict=True)
	parent = frappe.get_doc(row.parenttype, row.parent)
	parent.set(row.parentfield, [one for one in parent.get(row.parentfield) if one.name != name])
	parent.save()


@frappe.whitelist()
def has_permission(doctype, docname, perm_type="read"):
	return {"has_permission": frappe.has_permission(doctype, perm_type.lower(), docname)}
