"""The audit log: accepting a key break, and taking free text out of an entry."""

import frappe
from frappe import _

from crm_pipeline.access.permissions import require_manager, require_org_admin
from crm_pipeline.api.parse import reads_arguments
from crm_pipeline.audit import key_break, redaction
from crm_pipeline.refusal import refuse


@frappe.whitelist(methods=["GET", "POST"])
def preview_key_break() -> str:
	"""Say which entries the acceptance of a key break would take as they stand. Managers only."""
	require_manager()
	return key_break.preview()


@frappe.whitelist(methods=["POST"])
@reads_arguments
def accept_key_break(reason: str) -> dict:
	"""Take the entries of a former encryption key as they stand, once for the site. Managers only, audited.

	Returns {"is_done": bool, "accepted": which entries, in words}; a background job does it where they are more than 20,000.
	"""
	require_manager()
	return key_break.accept_now_or_later(reason)


@frappe.whitelist(methods=["POST"])
@reads_arguments
def redact(name: str, reason: str) -> None:
	"""Take the free text out of an audit entry, and out of its record where that shows it. System Managers only, audited."""
	require_org_admin()
	if not redaction.redact(name, reason):
		refuse(_("{0} holds no free text."), name)
