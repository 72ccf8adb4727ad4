"""Deleting documents, and what refers to them."""

import frappe
from frappe.model.naming import revert_series_if_last
from frappe.model.rename_doc import get_dynamic_link_fields, get_link_fields

REFERENCES = {
	"ToDo": ("reference_type", "reference_name"),
	"DocShare": ("share_doctype", "share_name"),
	"Version": ("ref_doctype", "docname"),
	"Comment": ("reference_doctype", "reference_name"),
	"Notification Log": ("document_type", "document_name"),
}
CLEARED_REFERENCES = {"Communication": ("reference_doctype", "reference_name")}


def delete_doc(
	doctype=None,
	name=None,
	force=0,
	ignore_doctypes=None,
	for_reload=False,
	ignore_permissions=False,
	flags=None,
	ignore_on_trash=False,
	ignore_missing=True,
	delete_permanently=False,
):
	"""Delete documents after the checks of permission, docstatus and links."""
	for one in name if isinstance(name, list | tuple) else [name]:
		if not frappe.db.exists(doctype, one):
			if not ignore_missing:
				raise frappe.DoesNotExistError
			return False
		doc = frappe.get_doc(doctype, one)
		doc.flags.update(flags or {})
		doc.flags.ignore_permissions = ignore_permissions or doc.flags.ignore_permissions
		_delete(doc, force, ignore_on_trash)


def _delete(doc, force, ignore_on_trash):
	_check_permission_and_not_submitted(doc)
	if not ignore_on_trash:
		doc.run_method("on_trash")
		doc.flags.in_delete = True
		doc.run_method("on_change")
	if not force:
		_check_links_before_delete(doc)
	_give_number_back(doc)
	_delete_rows(doc)
	doc.run_method("after_delete")
	_delete_attachments(doc)
	frappe.enqueue(
		"frappe.model.delete_doc.delete_dynamic_links",
		doctype=doc.doctype,
		name=doc.name,
		now=frappe.flags.in_test,
		enqueue_after_commit=True,
	)
	_keep_deleted_document(doc)


def _check_permission_and_not_submitted(doc):
	if not doc.flags.ignore_permissions and not doc.has_permission("delete"):
		frappe.msgprint(
			f"User not allowed to delete {doc.doctype}: {doc.name}", raise_exception=frappe.PermissionError
		)
	if doc.meta.is_submittable and doc.docstatus.is_submitted():
		frappe.throw(
			f"{doc.doctype} {doc.name}: Submitted Record cannot be deleted. You must Cancel it first."
		)


def _check_links_before_delete(doc):
	try:
		check_links(doc)
	except frappe.LinkExistsError:
		if doc.meta.has_field("enabled") or doc.meta.has_field("disabled"):
			frappe.throw(
				f"You can disable this {doc.doctype} instead of deleting it.", frappe.LinkExistsError
			)
		raise


def _give_number_back(doc):
	autoname = doc.meta.autoname or ""
	if autoname.startswith("naming_series:") and doc.get("naming_series"):
		revert_series_if_last(f"{doc.naming_series}.#####", doc.name, doc)
	elif "#" in autoname:
		revert_series_if_last(autoname.removeprefix("format:"), doc.name, doc)


def _delete_rows(doc):
	if doc.meta.issingle:
		frappe.db.sql("delete from tabSingles where doctype = %s", (doc.doctype,))
	else:
		frappe.db.delete(doc.doctype, {"name": doc.name})
	for table in {df.options for df in doc.meta.get_table_fields()}:
		frappe.db.delete(table, {"parenttype": doc.doctype, "parent": doc.name})


def _delete_attachments(doc):
	attached = {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name}
	for name in frappe.get_all("File", filters=attached, pluck="name"):
		delete_doc("File", name, ignore_permissions=True)


def _keep_deleted_document(doc):
	if doc.doctype != "Deleted Document":
		values = {"deleted_doctype": doc.doctype, "deleted_name": str(doc.name), "data": doc.as_json()}
		frappe.get_doc(doctype="Deleted Document", **values).db_insert()


def check_links(doc, method="Delete"):
	"""Raise LinkExistsError if a record refers to the document that is to be deleted or cancelled."""
	ignored = set(frappe.get_hooks("ignore_links_on_delete") if method == "Delete" else [])
	if method == "Cancel":
		ignored |= set(doc.get("ignore_linked_doctypes") or [])
	links = [(one.parent, {one.fieldname: doc.name}) for one in get_link_fields(doc.doctype)]
	links += [
		(one.parent, {one.options: doc.doctype, one.fieldname: doc.name}) for one in get_dynamic_link_fields()
	]
	for doctype, filters in links:
		if doctype not in ignored and not (method == "Cancel" and "amended_from" in filters):
			_check_link(doc, doctype, filters, method, ignored)


def _check_link(doc, doctype, filters, method, ignored):
	meta = frappe.get_meta(doctype)
	if meta.issingle:
		if frappe.db.get_values_from_single("*", filters, doctype):
			_raise_link_exists(doc, doctype, doctype)
		return
	columns = ["name", "docstatus", *(["parent", "parenttype"] if meta.istable else [])]
	for row in frappe.db.get_values(doctype, filters, columns, as_dict=True):
		owner = (row.parenttype, row.parent) if row.parent else (doctype, row.name)
		is_own = owner == (doc.doctype, doc.name) or owner[0] in ignored
		if not is_own and (method == "Delete" or row.docstatus == 1):
			_raise_link_exists(doc, *owner)


def _raise_link_exists(doc, doctype, name):
	link = frappe.utils.get_link_to_form
	shown = "" if doctype == name else doctype
	frappe.throw(
		f"Cannot delete or cancel because {doc.doctype} {link(doc.doctype, doc.name)} "
		f"is linked with {shown} {link(doctype, name)}",
		frappe.LinkExistsError,
	)


def delete_dynamic_links(doctype, name):
	"""Delete or empty what refers to a deleted document by type and name."""
	for referring, (type_field, name_field) in REFERENCES.items():
		frappe.db.delete(referring, {type_field: doctype, name_field: name})
	for referring, (type_field, name_field) in CLEARED_REFERENCES.items():
		filters = {type_field: doctype, name_field: name}
		frappe.db.set_value(referring, filters, {type_field: None, name_field: None}, update_modified=False)
