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
	if not args:
		return get_controller(kwargs["doctype"])(kwargs)
	if len(args) > 1 and isinstance(args[1], dict | list):
		args = (args[0], frappe.db.get_value(args[0], args[1]))
	return get_controller(args[0])(*args, **kwargs)


def new_doc(doctype, *, parent_doc=None, parentfield=None, as_dict=False, **kwargs):
	"""Return a new document with its default values, or only these."""
	values = get_new_doc_values(doctype, parent_doc, parentfield)
	return values if as_dict else get_doc(values).update(kwargs)


def copy_doc(doc, ignore_no_copy=True):
	"""Return a new document with the values of `doc`; `ignore_no_copy=False` leaves No Copy fields out."""
	new = get_doc(copy.deepcopy(doc if isinstance(doc, dict) else doc.as_dict()))
	for one in (new, *new.get_all_children()):
		no_copy = [] if ignore_no_copy else [df.fieldname for df in one.meta.fields if df.no_copy]
		for fieldname in ("name", "owner", "creation", "modified", "modified_by", *no_copy):
			one.set(fieldname, None)
		one.set("__islocal", 1)
	return new


get_cached_doc = get_doc  # not cached, reads are cheap here


def get_cached_value(doctype, name, fieldname="name", as_dict=False):
	"""Return values of a record; not cached, reads are cheap here."""
	return frappe.db.get_value(doctype, name, fieldname, as_dict=as_dict)


def clear_document_cache(doctype, name=None): ...


def get_last_doc(doctype, filters=None, order_by="creation desc", *, for_update=False):
	names = get_all(doctype, filters=filters, limit_page_length=1, order_by=order_by, pluck="name")
	if not names:
		raise frappe.DoesNotExistError
	return get_doc(doctype, names[0], for_update=for_update)


def get_list(doctype, *args, **kwargs):
	"""Return the records that match and that the session's user may read."""
	return DatabaseQuery(doctype).execute(*args, **kwargs)


def get_all(doctype, *args, **kwargs):
	"""Return the records that match, whoever asks."""
	return get_list(doctype, *args, **{"limit_page_length": 0, **kwargs, "ignore_permissions": True})


def has_permission(doctype=None, ptype="read", doc=None, user=None, throw=False, *, parent_doctype=None):
	"""Return whether the user has the right; raise PermissionError instead if `throw`."""
	doctype = doctype or doc.doctype
	allowed = frappe.permissions.has_permission(doctype, ptype, doc, user, parent_doctype=parent_doctype)
	if throw and not allowed:
		name = (doc if isinstance(doc, str) else doc.name) if doc else ""
		raise frappe.PermissionError(f"No permission for {doctype} {name}".strip())
	return allowed


def clear_cache(user=None, doctype=None):
	"""Forget what was remembered about DocTypes, their classes and hooks."""
	if user:
		return
	clear_metas(doctype)
	clear_controllers()
	clear_hooks()
	if not doctype:
		frappe.cache.flush()
