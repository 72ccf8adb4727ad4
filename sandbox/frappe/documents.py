"""Getting, making, deleting documents and lists of them."""

import copy

import frappe
from frappe.apps import clear_hooks
from frappe.model.base_document import BaseDocument
from frappe.model.controllers import clear_controllers, get_controller
from frappe.model.db_query import DatabaseQuery
from frappe.model.defaults import get_new_doc_values
from frappe.model.delete_doc import delete_doc
from frappe.model.meta import clear_metas, get_meta
from frappe.model.rename_doc import rename_doc
from frappe.permissions import get_roles


def get_doc(*args, **kwargs):
	"""Return a document: of a dict, of keyword arguments, or read by DocType and name."""
	if args and isinstance(args[0], BaseDocument):
		return args[0]
	if args and isinstance(args[0], dict):
		args, kwargs = (), args[0]
	doctype = args[0] if args else kwargs.get("doctype")
	if not doctype:
		raise ValueError('"doctype" is a required key')
	if len(args) > 1 and isinstance(args[1], dict | list):
		args = (doctype, frappe.db.get_value(doctype, args[1]))
	return get_controller(doctype)(*args, **kwargs) if args else get_controller(doctype)(kwargs)


def new_doc(doctype, *, parent_doc=None, parentfield=None, as_dict=False, **kwargs):
	"""Return a new document with its default values."""
	values = get_new_doc_values(doctype, parent_doc, parentfield)
	return values if as_dict else get_doc(values).update(kwargs)


def copy_doc(doc, ignore_no_copy=True):
	"""Return a new document with the values of `doc`; `ignore_no_copy=False` leaves No Copy fields out."""
	values = copy.deepcopy(doc if isinstance(doc, dict) else doc.as_dict())
	new = get_doc(values)
	cleared = ["name", "owner", "creation", "modified", "modified_by"]
	cleared += [] if frappe.flags.in_test else ["docstatus"]
	for one in (new, *new.get_all_children()):
		one.set("__islocal", 1)
		no_copy = [] if ignore_no_copy else [df.fieldname for df in one.meta.fields if df.no_copy]
		for fieldname in (*cleared, *no_copy):
			one.set(fieldname, None)
	new.set("amended_from", None)
	return new


def get_cached_doc(*args, **kwargs):
	"""Return a document; not cached, reads are cheap here."""
	return get_doc(*args, **kwargs)


def get_cached_value(doctype, name, fieldname="name", as_dict=False):
	"""Return values of a record; not cached, reads are cheap here."""
	return frappe.db.get_value(doctype, name, fieldname, as_dict=as_dict)


def clear_document_cache(doctype, name=None):
	"""No document is cached here."""


def get_last_doc(doctype, filters=None, order_by="creation desc", *, for_update=False):
	names = get_all(doctype, filters=filters, limit_page_length=1, order_by=order_by, pluck="name")
	if not names:
		raise frappe.DoesNotExistError
	return get_doc(doctype, names[0], for_update=for_update)


def get_single(doctype):
	return get_doc(doctype, doctype)


def get_list(doctype, *args, **kwargs):
	"""Return the records that match and that the session's user may read."""
	return DatabaseQuery(doctype).execute(*args, **kwargs)


def get_all(doctype, *args, **kwargs):
	"""Return the records that match, whoever asks."""
	kwargs["ignore_permissions"] = True
	kwargs.setdefault("limit_page_length", 0)
	return get_list(doctype, *args, **kwargs)


def get_value(*args, **kwargs):
	return frappe.db.get_value(*args, **kwargs)


def set_value(doctype, docname, fieldname, value=None):
	import frappe.client

	return frappe.client.set_value(doctype, docname, fieldname, value)


def is_table(doctype):
	return bool(get_meta(doctype).istable)


def has_permission(
	doctype=None, ptype="read", doc=None, user=None, throw=False, *, parent_doctype=None, debug=False
):
	"""Return whether the user has the right; raise PermissionError instead if `throw`."""
	doctype = doctype or doc.doctype
	allowed = frappe.permissions.has_permission(
		doctype, ptype, doc=doc, user=user, raise_exception=throw, parent_doctype=parent_doctype
	)
	if throw and not allowed:
		name = (doc if isinstance(doc, str) else doc.name) if doc else ""
		frappe.flags.error_message = f"No permission for {doctype} {name}".strip()
		raise frappe.PermissionError(frappe.flags.error_message)
	return allowed


def only_for(roles, message=False):
	"""Raise PermissionError unless the session's user has one of the roles; not checked in tests."""
	if frappe.flags.in_test or frappe.session.user == "Administrator":
		return
	roles = [roles] if isinstance(roles, str) else roles
	if not set(roles) & set(get_roles()):
		allowed = ", ".join(frappe.bold(role) for role in roles)
		frappe.throw(f"This action is only allowed for {allowed}", frappe.PermissionError, "Not Permitted")


def get_system_settings(key):
	return frappe.db.get_single_value("System Settings", key)


def clear_cache(user=None, doctype=None):
	"""Forget what was remembered about DocTypes, their classes and hooks."""
	if not user:
		clear_metas(doctype)
		clear_controllers()
		clear_hooks()
	if not user and not doctype:
		frappe.cache.flush(keep=frappe.get_hooks("persistent_cache_keys"))
	frappe.local.new_doc_templates = {}


__all__ = [
	"clear_cache", "clear_document_cache", "copy_doc", "delete_doc", "get_all", "get_cached_doc",
	"get_cached_value", "get_doc", "get_last_doc", "get_list", "get_meta", "get_roles", "get_single",
	"get_system_settings", "get_value", "has_permission", "is_table", "new_doc", "only_for", "rename_doc",
	"set_value",
]  # fmt: skip
