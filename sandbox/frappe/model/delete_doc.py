"""Deleting documents, and what refers to them."""

import frappe
from frappe.model.rename_doc import get_links_to

REFERENCES = {
	"ToDo": ("reference_type", "reference_name"),
	"DocShare": ("share_doctype", "share_name"),
	"Comment": ("reference_doctype", "reference_name"),
	"Notification Log": ("document_type", "document_name"),
}


def delete_doc(
	doctype=None,
	name=None,
	force=0,
	ignore_permissions=False,
	flags=None,
	ignore_missing=True,
	**for_the_site,
):
	"""Delete documents after the checks of permission, docstatus and links."""
	for one in name if isinstance(name, list | tuple) else [name]:
		if not frappe.db.exists(doctype, one):
			if not ignore_missing:
				raise frappe.DoesNotExistError
			return
		doc = frappe.get_doc(doctype, one)
		doc.flags.update(flags or {})
		doc.flags.ignore_permissions = ignore_permissions or doc.flags.ignore_permissions
		_delete(doc, force)


def _delete(doc, force):
	if not doc.has_permission("delete"):
		message = f"User not allowed to delete {doc.doctype}: {doc.name}"
		frappe.msgprint(message, raise_exception=frappe.PermissionError)
	doc.run_method("on_trash")
	doc.flags.in_delete = True
	doc.run_method("on_change")
	if not force:
		check_links(doc)
	frappe.db.delete(doc.doctype, {"name": doc.name})
	for df in doc.meta.table_fields:
		frappe.db.delete(df.options, {"parenttype": doc.doctype, "parent": doc.name})
	doc.run_method("after_delete")
	values = {"doctype": doc.doctype, "name": doc.name}
	frappe.enqueue(delete_dynamic_links, now=frappe.flags.in_test, **values)


def check_links(doc):
	"""Raise LinkExistsError if a record refers to the document that is to be deleted."""
	ignored = set(frappe.get_hooks("ignore_links_on_delete"))
	for doctype, filters in get_links_to(doc.doctype, doc.name):
		if doctype in ignored:
			continue
		if frappe.get_meta(doctype).issingle:
			if frappe.db.get_values_from_single("*", filters, doctype):
				_raise_link_exists(doc, doctype, doctype)
			continue
		for row in frappe.db.get_values(doctype, filters, "*", as_dict=True):
			owner = (row.parenttype, row.parent) if row.parent else (doctype, row.name)
			is_own = owner == (doc.doctype, doc.name) or owner[0] in ignored
			if not is_own:
				_raise_link_exists(doc, *owner)


def _raise_link_exists(doc, doctype, name):
	link = frappe.utils.get_link_to_form(doctype, name)
	message = f"Cannot delete or cancel because {doc.doctype} {doc.name} is linked with {doctype} {link}"
	frappe.throw(message, frappe.LinkExistsError)


def delete_dynamic_links(doctype, name):
	"""Delete what refers to a deleted document by type and name."""
	for referring, (type_field, name_field) in REFERENCES.items():
		frappe.db.delete(referring, {type_field: doctype, name_field: name})
