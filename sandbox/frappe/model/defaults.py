"""The values a new document starts with."""

import frappe
from frappe.permissions import get_allowed_docs_for_doctype, get_default_doc
from frappe.types import _dict
from frappe.utils.data import cast_fieldtype, now_datetime, nowdate, nowtime


def get_new_doc_values(doctype, parent_doc=None, parentfield=None):
	"""Return the default values of a new document as a dict."""
	templates = frappe.local.new_doc_templates
	if doctype not in templates:
		templates[doctype] = _make_template(doctype)
	values = templates[doctype].copy()
	_set_dynamic_defaults(values, parent_doc)
	if parent_doc:
		values.update(parent=parent_doc.name, parenttype=parent_doc.doctype)
	if parentfield:
		values.parentfield = parentfield
	return values


def _make_template(doctype):
	meta = frappe.get_meta(doctype)
	template = _dict(doctype=doctype, owner=frappe.session.user, docstatus=0, idx=0, __islocal=1)
	if not meta.issingle:
		template["__unsaved"] = 1
	user_defaults = frappe.defaults.get_defaults()
	for df in meta.value_fields:
		value = _get_user_default(df, doctype, user_defaults)
		if value is None and df.fieldname != meta.title_field:
			value = _get_static_default(df)
		if value is not None:
			template[df.fieldname] = value
	return template


def _get_user_default(df, doctype, user_defaults):
	"""Return the value of a link that the user's permissions or defaults suggest."""
	if df.fieldtype != "Link" or df.options == "User":
		return None
	permissions = frappe.permissions.get_user_permissions(frappe.session.user).get(df.options, [])
	allowed = get_allowed_docs_for_doctype(permissions, doctype)
	value = None if df.ignore_user_permissions else get_default_doc(permissions, allowed)
	if not value:
		value = user_defaults.get(df.fieldname)
		value = value if not allowed or value in allowed else None
	return value if value and frappe.db.exists(df.options, value) else None


def _get_static_default(df):
	if df.default == "__user":
		return frappe.session.user
	if df.default and df.default.lower() == "today":
		return nowdate()
	if df.default and not df.default.startswith(":"):
		return None if _is_now(df) else _typed(df)
	if df.fieldtype == "Check":
		return 0
	if df.fieldtype == "Select" and df.options:
		return df.options.split("\n", 1)[0]
	return None


def _is_now(df):
	return df.fieldtype == "Datetime" and df.default.lower() == "now"


def _typed(df):
	is_number = df.fieldtype in ("Check", "Int", "Float", "Currency", "Percent")
	return cast_fieldtype(df.fieldtype, df.default) if is_number else df.default


def _set_dynamic_defaults(values, parent_doc):
	for df in frappe.get_meta(values.doctype).dynamic_default_fields:
		if df.fieldtype == "Datetime":
			values[df.fieldname] = now_datetime()
		elif df.fieldtype == "Time":
			values[df.fieldname] = nowtime()
		elif not values.get(df.fieldname):
			values[df.fieldname] = _get_from_other_document(df, parent_doc)


def _get_from_other_document(df, parent_doc):
	doctype = df.default[1:]
	fieldname = frappe.scrub(doctype)
	name = parent_doc.get(fieldname) if parent_doc else frappe.db.get_default(fieldname)
	return frappe.db.get_value(doctype, name, df.fieldname) if name else None
