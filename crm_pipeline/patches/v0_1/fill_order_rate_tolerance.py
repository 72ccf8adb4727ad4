import frappe

from crm_pipeline.constants import SETTINGS

FIELD = "order_rate_tolerance"


def execute() -> None:
	"""Settings that were saved before the field was there hold no default of it."""
	if FIELD not in frappe.db.get_singles_dict(SETTINGS):
		default = frappe.get_meta(SETTINGS).get_field(FIELD).default
		frappe.db.set_single_value(SETTINGS, FIELD, default)
