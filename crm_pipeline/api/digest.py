"""The stalled opportunities by e-mail, as each user wants them."""

import frappe

from crm_pipeline.api.parse import reads_arguments
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.reporting import digest


@frappe.whitelist()
@reads_arguments
def get_digest() -> str:
	"""Return how often the current user gets the digest: Never, Daily, Weekdays or Weekly (on Mondays)."""
	return digest.get_frequency()


@frappe.whitelist(methods=["POST"])
@reads_arguments
def set_digest(frequency: str) -> str:
	"""Have the digest sent to the current user's own address, or no longer (Never); return the frequency.

	For whoever may see the report. Raises frappe.PermissionError for others, InputError for another frequency.
	"""
	frappe.has_permission(OPPORTUNITY, "report", throw=True)
	return digest.set_frequency(frequency)
