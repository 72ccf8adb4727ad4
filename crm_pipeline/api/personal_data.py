"""Personal data: taking somebody out who has no account, so that the framework's own request can't."""

import frappe

from crm_pipeline.access.permissions import require_org_admin
from crm_pipeline.api.parse import reads_arguments
from crm_pipeline.personal_data import erase as personal_data


@frappe.whitelist(methods=["POST"])
@reads_arguments
def erase(email: str, reason: str) -> dict:
	"""Take a person out of the opportunities and their log, closed ones too. System Managers only, audited.

	Returns {"records": [name, …], "kept_logs": [name, …]}: the opportunities concerned, and those whose log can't be
	checked and was left as it is.
	"""
	require_org_admin()
	stand_in = f"erased-{frappe.generate_hash(length=10)}@example.invalid"
	return personal_data.erase(email, stand_in, reason)._asdict()
