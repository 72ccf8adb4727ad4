"""Default values of the site (`__default`), of the framework (`__global`) and of users."""

import frappe
from frappe.types import _dict


def get_defaults_for(parent="__default"):
	return _dict(frappe.db.sql("select defkey, defvalue from tabDefaultValue where parent = %s", (parent,)))


def get_default(key, parent="__default"):
	defaults = get_defaults_for(parent)
	return defaults.get(key, defaults.get(frappe.scrub(key)))


get_global_default = get_default


def get_user_default(key, user=None):
	"""Return the user's own value or the site's."""
	return get_default(key, user or frappe.session.user) or get_default(key)


def set_default(key, value, parent="__default"):
	frappe.db.delete("DefaultValue", {"parent": parent, "defkey": key})
	frappe.get_doc(
		doctype="DefaultValue", parent=parent, parenttype=parent, defkey=key, defvalue=value
	).db_insert()


set_global_default = set_default
