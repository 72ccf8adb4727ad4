"""The values a new document starts with."""

import frappe
from frappe.model import cast_fieldtype, numeric_fieldtypes
from frappe.types import _dict
from frappe.utils.data import now_datetime, nowdate


def get_new_doc_values(doctype, parent_doc=None, parentfield=None):
	"""Return the default values of a new document as a dict."""
	meta = frappe.get_meta(doctype)
	values = _dict(doctype=doctype, owner=frappe.session.user, docstatus=0, idx=0, __islocal=1)
	if not meta.issingle:
		values["__unsaved"] = 1
	site_defaults = frappe.defaults.get_defaults_for()
	for df in meta.value_fields:
		value = _get_site_default(df, site_defaults)
		if value is None and df.fieldname != meta.title_field:
			value = _get_own_default(df)
		if value is not None:
			values[df.fieldname] = value
	if not meta.issingle:
		begun = frappe.get_doc(_dict(values)).get_valid_dict(sanitize=False)
		values = _dict({key: value for key, value in values.items() if begun.get(key, value) is not None})
	if parent_doc:
		values.update(parent=parent_doc.name, parenttype=parent_doc.doctype, parentfield=parentfield)
	return values


def _get_site_default(df, site_defaults):
	if df.fieldtype != "Link" or df.options == "User":
		return None
	value = site_defaults.get(df.fieldname)
	return value if value and frappe.db.exists(df.options, value) else None


def _get_own_default(df):
	keyword = (df.default or "").lower()
	if keyword in ("__user", "today", "now"):
		moment = now_datetime() if df.fieldtype == "Datetime" else None
		return {"__user": frappe.session.user, "today": nowdate(), "now": moment}[keyword]
	if df.default:
		return cast_fieldtype(df.fieldtype, df.default) if df.fieldtype in numeric_fieldtypes else df.default
	if df.fieldtype == "Check":
		return 0
	return df.options.split("\n", 1)[0] if df.fieldtype == "Select" and df.options else None
