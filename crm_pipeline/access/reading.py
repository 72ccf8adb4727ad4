"""Whether a user may read a document of somebody else's app, asked the cheap way where nothing narrows it."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.permissions import get_role_permissions, get_user_permissions

from crm_pipeline.refusal import refuse

HOOKS = ("has_permission", "permission_query_conditions")


def validate_readable(doc: Document, doctype: str, name: str) -> None:
	"""Refuse what the user may not read, before anything of it is copied. What the system names is not asked for."""
	if "System Manager" in frappe.get_roles() or _is_by_system(doc) or may_read(doctype, name):
		return
	message = _("You may not read {0} {1}. Choose another one, or ask for permission.")
	refuse(message, _(doctype), name, exception=frappe.PermissionError)


def _is_by_system(doc: Document) -> bool:
	"""A web form saves past permissions what somebody typed; a visitor's enquiry is the system's own record."""
	is_typed = bool(frappe.flags.in_web_form) and not doc.flags.came_by_mail
	return bool(doc.flags.ignore_permissions) and not is_typed


def may_read(doctype: str, name: str) -> bool:
	"""Tell whether the user may read a record: by roles alone, or as the framework asks, which loads the record."""
	if is_limited(doctype):
		return bool(frappe.has_permission(doctype, "read", doc=name))
	return bool(frappe.has_permission(doctype, "read"))


def is_limited(doctype: str) -> bool:
	"""Tell whether more than roles decides about single records: User Permissions, ownership, shares, hooks."""
	rights = get_role_permissions(frappe.get_meta(doctype))
	has_hook = any(
		doctype in frappe.get_hooks(hook, {}) or "*" in frappe.get_hooks(hook, {}) for hook in HOOKS
	)
	return (
		has_hook
		or not rights.get("read")
		or rights.get("has_if_owner_enabled")
		or bool(get_user_permissions(frappe.session.user))
	)
