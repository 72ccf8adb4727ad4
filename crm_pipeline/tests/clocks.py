"""Records that were opened or moved another day."""

import frappe

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.record import clock

STAMPS = {"opened_on": "opened_utc", "status_changed_on": "status_changed_utc"}


def backdate(name: str, **values) -> None:
	"""Write fields of a record as if it had been another day: a date that has a stamp in UTC together with that."""
	stamps = {STAMPS[name]: clock.get_stamp(value) for name, value in values.items() if name in STAMPS}
	frappe.db.set_value(OPPORTUNITY, name, {**values, **stamps}, update_modified=False)
