"""Who may do what: roles, hooks, user permissions and shares; in lists as SQL conditions."""

import frappe
import frappe.share
from frappe.types import _dict
from frappe.utils.data import cint, cstr

rights = (
	"select", "read", "write", "create", "delete", "submit", "cancel", "amend", "print", "email", "report",
	"import", "export", "share",
)  # fmt: skip
SYSTEM_USER_ROLE = "Desk User"
SHAREABLE = ("read", "write", "share", "submit", "email", "print")


def get_roles(user=None):
	"""Return the roles of a user."""
	user = user or frappe.session.user
	if user == "Guest":
		return ["Guest"]
	if user == "Administrator":
		return frappe.db.sql("select name from tabRole", pluck=True)
	query = "select role from `tabHas Role` where parent = %s and parenttype = 'User'"
	is_system_user = frappe.db.get_value("User", user, "user_type") == "System User"
	return [
		*frappe.db.sql(query, (user,), pluck=True),
		"All",
		"Guest",
		*([SYSTEM_USER_ROLE] if is_system_user else []),
	]


def has_permission(doctype, ptype="read", doc=None, user=None, *, parent_doctype=None):
	"""Return whether the user has the right on a DocType or one document of it."""
	user = user or frappe.session.user
	if user == "Administrator":
		return True
	if frappe.get_meta(doctype).istable:
		return _has_child_permission(doctype, ptype, doc, user, parent_doctype)
	doc = frappe.get_doc(doctype, doc) if isinstance(doc, str) else doc
	own = get_doc_permissions(doc, user, ptype) if doc else get_role_permissions(doctype, user)
	return bool(own.get(ptype)) or _is_shared(doctype, ptype, doc, user)


def _is_shared(doctype, ptype, doc, user):
	needed = ["read" if ptype in ("email", "print") else ptype]
	names = frappe.share.get_shared(doctype, user, needed) if ptype in SHAREABLE else []
	return cstr(doc.name) in names if doc else bool(names)


def _has_child_permission(child_doctype, ptype, row, user, parent_doctype):
	if isinstance(row, str):
		row = frappe.db.get_value(child_doctype, row, ["parent", "parenttype"], as_dict=True)
	parent_doctype = row.parenttype if row else parent_doctype
	if not parent_doctype:
		return False
	tables = [df.options for df in frappe.get_meta(parent_doctype).table_fields]
	parent = row and getattr(row, "parent_doc", row.parent)
	return child_doctype in tables and has_permission(parent_doctype, ptype, parent, user)


def get_doc_permissions(doc, user=None, ptype=None):
	"""Return the rights that the user has on a document."""
	user = user or frappe.session.user
	hooks = frappe.get_hooks("has_permission", {})
	for method in reversed(hooks.get(doc.doctype, []) + hooks.get("*", [])):
		answer = frappe.call(method, doc=doc, ptype=ptype, user=user, debug=False)
		if answer is not None and not answer:
			return _dict({ptype: 0})
		if answer is not None:
			break
	return get_role_permissions(doc.doctype, user)


def get_user_permissions(user):
	"""Nobody is limited to single records here: a User Permission can't be made."""
	return {}


def get_role_permissions(doctype_meta, user=None):
	"""Return the rights that the user's roles give on a DocType."""
	meta = frappe.get_meta(doctype_meta) if isinstance(doctype_meta, str) else doctype_meta
	user = user or frappe.session.user
	if user == "Administrator":
		return _dict.fromkeys(rights, 1)
	roles = set(get_roles(user))
	rules = [rule for rule in meta.permissions if rule.role in roles and not cint(rule.permlevel)]
	return _dict({right: cint(any(rule.get(right) for rule in rules)) for right in rights})


def build_match_conditions(meta, user):
	"""Return the SQL condition of the records that `user` may see in a list, empty for all of them.

	A user whose roles do not open the DocType sees the shared records, and gets PermissionError without any.
	"""
	hooks = frappe.get_hooks("permission_query_conditions", {})
	methods = hooks.get(meta.name, []) + hooks.get("*", [])
	conditions = [frappe.call(method, user, doctype=meta.name) for method in methods]
	if not meta.istable and not get_role_permissions(meta, user).read:
		shared = frappe.share.get_shared(meta.name, user)
		if not shared:
			frappe.throw(f"No permission to read {meta.name}", frappe.PermissionError)
		conditions.append(_among(meta.name, "name", shared))
	return " and ".join(f"({condition})" for condition in conditions if condition)


def _among(doctype, fieldname, names):
	quoted = ", ".join(frappe.db.escape(name, percent=False) for name in names)
	return f"`tab{doctype}`.`{fieldname}` in ({quoted})"
