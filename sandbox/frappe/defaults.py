"""Default values of the site (`__default`) and of users."""

import frappe
from frappe.types import _dict


def get_defaults_for(parent="__default"):
	rows = frappe.db.sql("select defkey, defvalue from tabDefaultValue where parent = %s", (parent,))
	return _dict(rows)


def get_defaults(user=None):
	"""Return the site's defaults with the user's own on top."""
	user = user or frappe.session.user
	return get_defaults_for().update(get_defaults_for(user), user=user, owner=user)


def get_default(key, parent="__default"):
	defaults = get_defaults_for(parent)
	return defaults.get(key, defaults.get(frappe.scrub(key)))


def get_global_default(key):
	return get_default(key)


def get_user_default(key, user=None):
	"""Return the user's default: a User Permission, the user's own value or the site's."""
	user = user or frappe.session.user
	permissions = frappe.permissions.get_user_permissions(user).get(frappe.unscrub(key), [])
	marked = [one.doc for one in permissions if one.is_default or len(permissions) == 1]
	if marked:
		return marked[0]
	return get_default(key, user) or get_default(key)


def set_default(key, value, parent, parenttype="__default"):
	frappe.db.sql("delete from tabDefaultValue where parent = %s and defkey = %s", (parent, key))
	if value is not None:
		values = (frappe.generate_hash(), key, value, parent, "__default", "system_defaults")
		columns = "name, defkey, defvalue, parent, parenttype, parentfield"
		frappe.db.sql(f"insert into tabDefaultValue ({columns}) values ({', '.join(['%s'] * 6)})", values)
	frappe.local.new_doc_templates = {}


def set_global_default(key, value):
	set_default(key, value, "__default")


def set_user_default(key, value, user=None, parenttype=None):
	set_default(key, value, user or frappe.session.user)


def clear_default(key=None, value=None, parent=None, name=None, parenttype=None):
	frappe.db.delete("DefaultValue", {"defkey": key, "parent": parent or "__default"})


def clear_user_default(key, user=None):
	clear_default(key, parent=user or frappe.session.user)
