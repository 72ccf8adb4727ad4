"""Completing what came by e-mail."""

import frappe

from crm_pipeline.record import conflict


@frappe.whitelist(methods=["POST"])
def confirm(name: str) -> None:
	"""Say that the details filled in by default are right. Needs write permission; names what is still missing."""
	doc = conflict.get_locked(name)
	doc.check_permission("write")
	doc.flags.details_confirmed = True
	doc.save()
