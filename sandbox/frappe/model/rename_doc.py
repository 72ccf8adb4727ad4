"""Renaming documents, and the columns that refer to them."""

import frappe
from frappe.model.naming import validate_name
from frappe.types import NotInSandbox


def get_links_to(doctype, name):
	"""Yield where a Link or Dynamic Link may name the document: DocType and filters, the link's column last."""
	query = """select parent as owner, fieldname, options, fieldtype from tabDocField union
		select dt as owner, fieldname, options, fieldtype from `tabCustom Field`"""
	for df in frappe.db.sql(query, as_dict=True):
		if df.fieldtype == "Link" and df.options == doctype:
			yield df.owner, {df.fieldname: name}
		elif df.fieldtype == "Dynamic Link":
			yield df.owner, {df.options: doctype, df.fieldname: name}


def rename_doc(doctype=None, old=None, new=None, force=False, merge=False, **for_the_form):
	"""Rename a document everywhere, and return the new name."""
	if merge:
		raise NotInSandbox("The sandbox does not know merge of rename_doc")
	doc = frappe.get_doc(doctype, old)
	answer = doc.run_method("before_rename", old, new, merge)
	new = (answer.get("new") if isinstance(answer, dict) else answer) or new
	_validate_rename(doc, new, force)
	_rename_rows(doc.meta, old, new)
	for referring, filters in get_links_to(doctype, old):
		_update_column(referring, list(filters)[-1], new, filters)
	renamed = frappe.get_doc(doctype, new)
	renamed.run_method("after_rename", old, new, merge)
	renamed.add_comment("Edit", f"renamed from {frappe.bold(old)} to {frappe.bold(new)}")
	return new


def _validate_rename(doc, new, force):
	if frappe.db.get_value(doc.doctype, new) == new:
		frappe.throw(f"Another {doc.doctype} with name {new} exists, select another name")
	if not doc.has_permission("write"):
		frappe.throw(f"You need write permission on {doc.doctype} {doc.name} to rename")
	if not (force or doc.meta.allow_rename):
		frappe.throw(f"{doc.doctype} not allowed to be renamed")
	validate_name(doc.doctype, new)


def _rename_rows(meta, old, new):
	frappe.db.sql(f"update `tab{meta.name}` set name = %s where name = %s", (new, old))
	_prefix, _colon, fieldname = (meta.autoname or "").partition("field:")
	if fieldname:
		frappe.db.sql(f"update `tab{meta.name}` set `{fieldname}` = %s where name = %s", (new, new))
	for df in meta.table_fields:
		query = f"update `tab{df.options}` set parent = %s where parent = %s and parenttype = %s"
		frappe.db.sql(query, (new, old, meta.name))


def _update_column(doctype, fieldname, new, filters):
	if not frappe.get_meta(doctype).issingle:
		frappe.db.set_value(doctype, filters, fieldname, new, update_modified=False)
	elif frappe.db.get_values_from_single("*", filters, doctype):
		frappe.db.set_single_value(doctype, fieldname, new)
