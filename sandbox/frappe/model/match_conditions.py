"""The conditions that keep records out of a user's lists."""

import frappe
import frappe.share
from frappe.permissions import get_role_permissions


def build_match_conditions(meta, user, reference_doctype=None):
	"""Return the SQL condition of the records that `user` may see in a list, empty for all of them."""
	conditions = get_permission_query_conditions(meta.name, user)
	has_role = _may_read_by_role(meta, user)
	restrictions = (
		_get_user_permission_conditions(meta, user, reference_doctype or meta.name) if has_role else []
	)
	own = " and ".join([*restrictions, *conditions])
	shared = frappe.share.get_shared(meta.name, user) if restrictions else []
	return f"({own}) or ({_among(meta.name, 'name', shared)})" if shared else own


def get_shared_only_condition(meta, user):
	"""Return the condition for a user whose roles do not open the DocType: the shared records, if any."""
	if meta.istable or _may_read_by_role(meta, user):
		return ""
	shared = frappe.share.get_shared(meta.name, user)
	if not shared:
		frappe.throw(f"No permission to read {meta.name}", frappe.PermissionError)
	return _among(meta.name, "name", shared)


def _may_read_by_role(meta, user):
	permissions = get_role_permissions(meta, user)
	return permissions.get("read") or permissions.get("select")


def get_permission_query_conditions(doctype, user):
	"""Return the conditions of the `permission_query_conditions` hooks."""
	hooks = frappe.get_hooks("permission_query_conditions", {})
	methods = hooks.get(doctype, []) + hooks.get("*", [])
	conditions = (frappe.call(frappe.get_attr(method), user, doctype=doctype) for method in methods)
	return [condition for condition in conditions if condition]


def _get_user_permission_conditions(meta, user, reference_doctype):
	by_doctype = frappe.permissions.get_user_permissions(user)
	strict = frappe.get_system_settings("apply_strict_user_permissions")
	conditions = []
	links = [(df.fieldname, df.options) for df in meta.get_link_fields() if not df.ignore_user_permissions]
	for fieldname, options in [*links, ("name", meta.name)]:
		applies_to = reference_doctype if fieldname == "name" else meta.name
		names = [
			one.doc for one in by_doctype.get(options, [])
			if not one.applicable_for or one.applicable_for == applies_to
		]  # fmt: skip
		if names:
			empty = "" if strict else f"ifnull(`tab{meta.name}`.`{fieldname}`, '') = '' or "
			conditions.append(f"({empty}{_among(meta.name, fieldname, names)})")
	return conditions


def _among(doctype, fieldname, names):
	quoted = ", ".join(frappe.db.escape(name, percent=False) for name in names)
	return f"`tab{doctype}`.`{fieldname}` in ({quoted})"
