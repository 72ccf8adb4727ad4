"""`frappe.utils`."""

import frappe
from frappe.messages import get_traceback
from frappe.utils.data import *
from frappe.utils.data import cast, cast_fieldtype, compare


def get_fullname(user=None):
	"""Return the full name of a user, or the text itself if it is none."""
	user = user or frappe.session.user
	return frappe.db.get_value("User", user, "full_name") or user


def get_table_name(table_name, wrap_in_backticks=False):
	name = f"tab{table_name}" if not table_name.startswith("__") else table_name
	return f"`{name}`" if wrap_in_backticks else name
