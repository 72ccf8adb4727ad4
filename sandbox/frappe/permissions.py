"""Who may do what: roles, hooks, user permissions and shares."""

import frappe
import frappe.share
from frappe.types import _dict
from frappe.utils.data import cint, cstr

ALL_USER_ROLE, GUEST_ROLE, SYSTEM_USER_ROLE, ADMIN_ROLE = "All", "Guest", "Desk User", "Administrator"
AUTOMATIC_ROLES = (GUEST_ROLE, ALL_USER_ROLE, SYSTEM_USER_ROLE, ADMIN_ROLE)
rights = (
	"select", "read", "write", "create", "delete", "submit", "cancel", "amend", "print", "email", "report",
	"import", "export", "share",
)  # fmt: skip
SHAREABLE = ("read", "write", "share", "submit", "email", "print")


def get_roles(user=None, with_standard=True):
	"""Return the roles of a user."""
	user = user or frappe.session.user
	if user == "Guest":
		return [GUEST_ROLE]
	if user == "Administrator":
		roles = frappe.db.sql("select name from tabRole", pluck=True)
	else:
		query = "select role from `tabHas Role` where parent = %s and parenttype = 'User'"
		roles = [*frappe.db.sql(query, (user,), pluck=True), ALL_USER_ROLE, GUEST_ROLE]
		if frappe.db.get_value("User", user, "user_type") == "System User":
			roles.append(SYSTEM_USER_ROLE)
	return roles if with_standard else [role for role in roles if role not in AUTOMATIC_ROLES]


def has_permission(
	doctype, ptype="read", doc=None, user=None, raise_exception=True, *, parent_doctype=None, debug=False
):
	"""Return whether the user has the right; unless `raise_exception` is False, tell why not (no exception)."""
	user = user or frappe.session.user
	if user == "Administrator":
		return True
	if not doc and hasattr(doctype, "doctype"):
		doc, doctype = doctype, doctype.doctype
	reasons = []
	if frappe.is_table(doctype):
		return _has_child_permission(doctype, ptype, doc, user, raise_exception, parent_doctype)
	if isinstance(doc, str | int):
		doc = frappe.get_doc(doctype, doc)
	allowed = _has_own_permission(doctype, ptype, doc, user, reasons) or _is_shared(doctype, ptype, doc, user)
	if not allowed and reasons and raise_exception and user == frappe.session.user:
		frappe.msgprint("<br>".join(reasons))
	return allowed


def _has_own_permission(doctype, ptype, doc, user, reasons):
	if doc:
		allowed = get_doc_permissions(doc, user, ptype, reasons=reasons).get(ptype)
		message = f"User {frappe.bold(user)} does not have access to this document"
	else:
		allowed = get_role_permissions(doctype, user).get(ptype)
		message = (
			f"User {frappe.bold(user)} does not have doctype access via role permission "
			f"for document {frappe.bold(doctype)}"
		)
	if not allowed:
		reasons.append(message)
	return bool(allowed)


def _is_shared(doctype, ptype, doc, user):
	if ptype not in SHAREABLE:
		return False
	needed = ["read" if ptype in ("email", "print") else ptype]
	filters = [["share_name", "=", cstr(doc.name)]] if doc else None
	return bool(frappe.share.get_shared(doctype, user, rights=needed, filters=filters, limit=1))


def _has_child_permission(child_doctype, ptype, child_doc, user, raise_exception, parent_doctype):
	"""A child row is guarded by its parent."""
	if isinstance(child_doc, str):
		columns = ["parent", "parenttype", "parentfield"]
		child_doc = frappe.db.get_value(child_doctype, child_doc, columns, as_dict=True)
	parent_doctype = child_doc.parenttype if child_doc else parent_doctype
	if not parent_doctype:
		return False
	tables = {
		df.fieldname: df for df in frappe.get_meta(parent_doctype).get_table_fields()
		if df.options == child_doctype
	}  # fmt: skip
	if not tables or (child_doc and child_doc.parentfield not in tables):
		return False
	levels = {0, *frappe.get_meta(parent_doctype).get_permlevel_access(ptype, user=user)}
	if child_doc and tables[child_doc.parentfield].permlevel not in levels:
		return False
	parent = child_doc and (getattr(child_doc, "parent_doc", None) or child_doc.parent)
	return has_permission(parent_doctype, ptype, parent, user, raise_exception)


def get_doc_permissions(doc, user=None, ptype=None, debug=False, *, reasons=None):
	"""Return the rights that the user has on a document."""
	user = user or frappe.session.user
	reasons = [] if reasons is None else reasons
	if not has_controller_permissions(doc, ptype, user):
		reasons.append("Not allowed via controller permission check")
		return _dict({ptype: 0})
	if not has_user_permission(doc, user, reasons=reasons):
		return _dict()
	return get_role_permissions(doc.doctype, user)


def get_role_permissions(doctype_meta, user=None, is_owner=None, debug=False):
	"""Return the rights that the user's roles give on a DocType."""
	meta = frappe.get_meta(doctype_meta) if isinstance(doctype_meta, str) else doctype_meta
	user = user or frappe.session.user
	if user == "Administrator":
		return _dict.fromkeys(rights, 1)
	roles = set(get_roles(user))
	rules = [rule for rule in meta.permissions if rule.role in roles and cint(rule.permlevel) == 0]
	permissions = _dict({right: cint(any(rule.get(right) for rule in rules)) for right in rights})
	if not meta.is_submittable:
		permissions["submit"] = 0
	if not meta.allow_import:
		permissions["import"] = 0
	return permissions


def only_has_select_perm(doctype, user=None):
	"""Return whether the user may pick records of a DocType but not read them."""
	permissions = get_role_permissions(doctype, user)
	return bool(permissions.select and not permissions.read)


def has_controller_permissions(doc, ptype, user=None, debug=False):
	"""Ask the `has_permission` hooks: the last one with an opinion decides, none of them can grant."""
	hooks = frappe.get_hooks("has_permission", {})
	for method in reversed(hooks.get(doc.doctype, []) + hooks.get("*", [])):
		answer = frappe.call(method, doc=doc, ptype=ptype, user=user or frappe.session.user, debug=debug)
		if answer is not None:
			return bool(answer)
	return True


def get_user_permissions(user=None):
	from frappe.core.doctype.user_permission.user_permission import get_user_permissions

	return get_user_permissions(user)


def has_user_permission(doc, user=None, debug=False, *, reasons=None):
	"""Return whether the User Permissions of the user allow the document and all that it links to."""
	permissions = get_user_permissions(user)
	if not permissions:
		return True
	allowed = get_allowed_docs_for_doctype(permissions.get(doc.doctype, []), doc.doctype)
	if allowed and cstr(doc.name) not in allowed:
		return False
	return all(
		_are_links_allowed(one, doc.doctype, permissions, reasons) for one in [doc, *doc.get_all_children()]
	)


def _are_links_allowed(doc, doctype, permissions, reasons):
	strict = frappe.get_system_settings("apply_strict_user_permissions") and not doc.meta.issingle
	for df in doc.meta.get_link_fields():
		value = doc.get(df.fieldname)
		if df.ignore_user_permissions or df.options not in permissions or (not value and not strict):
			continue
		allowed = get_allowed_docs_for_doctype(permissions[df.options], doctype)
		if allowed and cstr(value) not in allowed:
			if reasons is not None:
				reasons.append(
					f"You are not allowed to access this {doc.doctype} record because it is linked to "
					f"{df.options} '{value or 'empty'}' in field {df.label}"
				)
			return False
	return True


def get_allowed_docs_for_doctype(user_permissions, doctype):
	"""Return the names that the permissions of one DocType allow in documents of `doctype`."""
	return [one.doc for one in user_permissions if not one.applicable_for or one.applicable_for == doctype]


def get_default_doc(user_permissions, allowed):
	"""Return the name a link starts with: the one marked as default, or the only one there is."""
	marked = [one.doc for one in user_permissions if one.is_default and one.doc in allowed]
	if marked:
		return marked[0]
	return allowed[0] if len(user_permissions) == 1 and allowed else None


def get_doctype_roles(doctype, access_type="read"):
	return [rule.role for rule in frappe.get_meta(doctype).permissions if rule.get(access_type)]


def can_export(doctype, raise_exception=False, is_owner=False):
	return "System Manager" in get_roles() or bool(get_role_permissions(doctype).get("export"))


def is_system_user(user=None):
	return frappe.db.get_value("User", user or frappe.session.user, "user_type") == "System User"


def add_permission(doctype, role, permlevel=0, ptype=None):
	"""Add a rule for a role, after copying the standard ones to Custom DocPerm."""
	setup_custom_perms(doctype)
	rule = frappe.get_doc(
		doctype="Custom DocPerm",
		parent=doctype,
		parenttype="DocType",
		parentfield="permissions",
		role=role,
		permlevel=permlevel,
		**{ptype or "read": 1},
	)
	rule.insert(ignore_permissions=True)
	frappe.clear_cache(doctype=doctype)
	return rule.name


def update_permission_property(doctype, role, permlevel, ptype, value=None, validate=True):
	"""Set one right of a rule."""
	setup_custom_perms(doctype)
	rule = {"parent": doctype, "role": role, "permlevel": permlevel}
	frappe.db.set_value("Custom DocPerm", rule, ptype, value)
	frappe.clear_cache(doctype=doctype)


def setup_custom_perms(parent):
	if frappe.db.exists("Custom DocPerm", {"parent": parent}):
		return
	for rule in frappe.db.get_values("DocPerm", {"parent": parent}, "*", as_dict=True, order_by="idx"):
		frappe.get_doc({**rule, "doctype": "Custom DocPerm", "name": None}).insert(ignore_permissions=True)
