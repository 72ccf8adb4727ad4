import frappe

from crm_pipeline.constants import SETTINGS


def execute() -> None:
	fill("order_rate_tolerance")


def fill(fieldname: str) -> None:
	"""Settings that were saved before the field was there hold no default of it."""
	if fieldname not in frappe.db.get_singles_dict(SETTINGS):
		default = frappe.get_meta(SETTINGS).get_field(fieldname).default
		frappe.db.set_single_value(SETTINGS, fieldname, default)
