"""Renaming and merging documents, and the columns that refer to them."""

import frappe
from frappe.model.naming import validate_name


def get_link_fields(doctype):
	"""Return the Link fields to a DocType as (parent, fieldname), custom fields included."""
	return frappe.db.sql(
		"""select parent, fieldname from tabDocField where fieldtype = 'Link' and options = %s
		union select dt, fieldname from `tabCustom Field` where fieldtype = 'Link' and options = %s""",
		(doctype, doctype),
		as_dict=True,
	)


def get_dynamic_link_fields():
	"""Return all Dynamic Link fields as (parent, fieldname, options)."""
	return frappe.db.sql(
		"""select parent, fieldname, options from tabDocField where fieldtype = 'Dynamic Link'
		union select dt, fieldname, options from `tabCustom Field` where fieldtype = 'Dynamic Link'""",
		as_dict=True,
	)


def rename_doc(
	doctype=None,
	old=None,
	new=None,
	force=False,
	merge=False,
	ignore_permissions=False,
	ignore_if_exists=False,
	show_alert=True,
	rebuild_search=True,
	doc=None,
	validate=True,
):
	"""Rename a document (or merge it into another) everywhere, and return the new name."""
	doc = doc or frappe.get_doc(doctype, old)
	doctype, old = doc.doctype, doc.name
	if validate:
		answer = doc.run_method("before_rename", old, new, merge)
		new = (answer.get("new") if isinstance(answer, dict) else answer) or new
		_validate_rename(doc, new, merge, force, ignore_permissions)
	if not merge:
		_rename_rows(doc.meta, old, new)
	_rename_links(doctype, old, new)
	renamed = frappe.get_doc(doctype, new)
	renamed.run_method("after_rename", old, new, merge)
	verb = "merged {0} into {1}" if merge else "renamed from {0} to {1}"
	renamed.add_comment("Edit", verb.format(frappe.bold(old), frappe.bold(new)))
	if merge:
		frappe.delete_doc(doctype, old)
	return new


def _validate_rename(doc, new, merge, force, ignore_permissions):
	doctype, old = doc.doctype, doc.name
	exists = frappe.db.get_value(doctype, new, "name") == new
	if old == new:
		frappe.throw("No changes made because old and new name are the same.")
	if merge and not exists:
		frappe.throw(f"{doctype} {new} does not exist, select a new target to merge")
	if not merge and exists:
		frappe.throw(f"Another {doctype} with name {new} exists, select another name")
	if not (ignore_permissions or doc.has_permission("write")):
		frappe.throw(f"You need write permission on {doctype} {old} to rename")
	if not (force or ignore_permissions or doc.meta.allow_rename):
		frappe.throw(f"{doctype} not allowed to be renamed")
	validate_name(doctype, new)


def _rename_rows(meta, old, new):
	frappe.db.sql(f"update `tab{meta.name}` set name = %s where name = %s", (new, old))
	_prefix, _colon, fieldname = (meta.autoname or "").partition("field:")
	if fieldname:
		frappe.db.sql(f"update `tab{meta.name}` set `{fieldname}` = %s where name = %s", (new, new))
	for table in {df.options for df in meta.get_table_fields()}:
		query = f"update `tab{table}` set parent = %s where parent = %s and parenttype = %s"
		frappe.db.sql(query, (new, old, meta.name))


def _rename_links(doctype, old, new):
	for link in get_link_fields(doctype):
		_update_column(link.parent, link.fieldname, new, {link.fieldname: old})
	for link in get_dynamic_link_fields():
		_update_column(link.parent, link.fieldname, new, {link.options: doctype, link.fieldname: old})
	for referring, columns in {
		"File": ("attached_to_doctype", "attached_to_name"),
		"Version": ("ref_doctype", "docname"),
	}.items():
		_update_column(referring, columns[1], new, {columns[0]: doctype, columns[1]: old})


def _update_column(doctype, fieldname, new, filters):
	if frappe.get_meta(doctype).issingle:
		if frappe.db.get_values_from_single("*", filters, doctype):
			frappe.db.set_single_value(doctype, fieldname, new, update_modified=False)
	else:
		frappe.db.set_value(doctype, filters, fieldname, new, update_modified=False)
