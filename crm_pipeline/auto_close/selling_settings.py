"""The days until auto-close stand in ERPNext's Selling Settings too: whoever sets them in one place, sets both."""

import frappe
from frappe.model.document import Document
from frappe.utils import cint

from crm_pipeline.constants import SETTINGS

SELLING_SETTINGS = "Selling Settings"
FIELD = "pipeline_auto_close_after_days"


def take_over(selling: Document) -> None:
	"""Bring a number that was changed there to Pipeline Settings, whose checks decide."""
	settings = frappe.get_doc(SETTINGS)
	if selling.has_value_changed(FIELD) and cint(selling.get(FIELD)) != cint(settings.auto_close_after_days):
		settings.auto_close_after_days = cint(selling.get(FIELD))
		settings.save(ignore_permissions=True)  # reason: one value in two places; this one may be written


def hand_on(settings: Document) -> None:
	"""Bring the number of Pipeline Settings there. `modified` moves, so that an old form does not bring it back."""
	if not frappe.get_meta(SELLING_SETTINGS).has_field(FIELD):
		return  # while installing, the framework saves settings before the app has made its fields
	days = cint(settings.auto_close_after_days)
	if cint(frappe.db.get_single_value(SELLING_SETTINGS, FIELD)) != days:
		frappe.db.set_single_value(SELLING_SETTINGS, FIELD, days)
