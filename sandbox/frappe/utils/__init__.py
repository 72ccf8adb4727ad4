"""`frappe.utils`."""

import frappe
from frappe.types import raise_unknown
from frappe.utils.data import *

__getattr__ = raise_unknown("frappe.utils")


def get_fullname(user=None):
	"""Return the full name of a user, or the text itself if it is none."""
	user = user or frappe.session.user
	return frappe.db.get_value("User", user, "full_name") or user
