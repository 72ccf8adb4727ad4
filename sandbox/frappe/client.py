"""The methods that desk and REST clients call on any DocType; child rows go through their parent."""

import json

import frappe


@frappe.whitelist()
def get_list(
	doctype, fields=None, filters=None, group_by=None, order_by=None, limit_start=None, limit_page_length=20,
	parent=None, debug=False, as_dict=True, or_filters=None,
):  # fmt: skip
	"""Return the records that match and that the user may read."""
	_check_parent_permission(doctype, parent)
	paging = {"limit_start": limit_start, "limit_page_length": limit_page_length, "as_list": not as_dict}
	order = {"order_by": order_by} if order_by else {}
	query = {"fields": _read(fields), "filters": _read(filters), "or_filters": _read(or_filters)}
	return frappe.get_list(doctype, parent_doctype=parent, group_by=group_by, **query, **order, **paging)


def _check_parent_permission(doctype, parent):
	if frappe.get_meta(doctype).istable and not (parent and frappe.permissions.has_permission(parent)):
		raise frappe.PermissionError


def _read(value):
	try:
		return json.loads(value)
	except (TypeError, ValueError):
		return value


@frappe.whitelist()
def get_count(doctype, filters=None, debug=False, cache=False):
	"""Return how many records match that the user sees."""
	fields = [f"count(`tab{doctype}`.name) as total_count"]
	return frappe.get_list(doctype, fields=fields, filters=_read(filters), order_by=None)[0].total_count


@frappe.whitelist()
def get(doctype, name=None, filters=None, parent=None):
	"""Return a document by name or filters."""
	doc = frappe.get_doc(doctype, name or _read(filters))
	doc.check_permission()
	return doc.as_dict()


@frappe.whitelist()
def get_value(doctype, fieldname, filters=None, as_dict=True, debug=False, parent=None):
	"""Return values of the first record that matches."""
	frappe.has_permission(doctype, parent_doctype=parent, throw=True)
	filters, fields = _read(filters), _read(fieldname)
	filters = {"name": filters} if isinstance(filters, str) else filters
	fields = [fields] if isinstance(fields, str) else fields
	rows = get_list(doctype, fields, filters, limit_page_length=1, parent=parent, as_dict=as_dict)
	return rows[0] if rows else {}


@frappe.whitelist(methods=["POST", "PUT"])
def set_value(doctype, name, fieldname, value=None):
	"""Set values of a document (`fieldname` may be a dict) and save it."""
	values = _read(fieldname)
	values = values if isinstance(values, dict) else {fieldname: value}
	doc = frappe.get_doc(doctype, name)
	if doc.meta.istable:
		doc, rows = _get_parent(doc)
		next(row for row in rows if row.name == name).update(values)
	else:
		doc.update(values)
	return doc.save().as_dict()


def _get_parent(row):
	parent = frappe.get_doc(row.parenttype, row.parent)
	return parent, parent.get(row.parentfield)


@frappe.whitelist(methods=["POST", "PUT"])
def insert(doc=None):
	doc = frappe.get_doc(frappe.parse_json(doc))
	if not doc.meta.istable:
		return doc.insert().as_dict()
	parent, _rows = _get_parent(doc)
	parent.append(doc.parentfield, doc)
	return parent.save().as_dict()


@frappe.whitelist(methods=["POST", "PUT"])
def save(doc):
	return frappe.get_doc(frappe.parse_json(doc)).save().as_dict()


@frappe.whitelist(methods=["DELETE", "POST"])
def delete(doctype, name):
	if not frappe.get_meta(doctype).istable:
		return frappe.delete_doc(doctype, name, ignore_missing=False)
	row = frappe.get_doc(doctype, name)
	parent, rows = _get_parent(row)
	parent.set(row.parentfield, [one for one in rows if one.name != name])
	parent.save()


@frappe.whitelist()
def has_permission(doctype, docname, perm_type="read"):
	return {"has_permission": frappe.has_permission(doctype, perm_type.lower(), docname)}
