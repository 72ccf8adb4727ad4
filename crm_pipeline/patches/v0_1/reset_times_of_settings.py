import frappe
from frappe.utils import cstr

SETTINGS = "Pipeline Settings"


def execute() -> None:
	"""Give a time of day its default where the framework had filled in the moment of the installation."""
	for df in frappe.get_meta(SETTINGS).get("fields", {"fieldtype": "Time"}):
		value = frappe.db.get_single_value(SETTINGS, df.fieldname)
		if "." in cstr(value):  # nobody types fractions of a second
			frappe.db.set_single_value(SETTINGS, df.fieldname, df.default)
