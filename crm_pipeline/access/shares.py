"""Which shares of opportunities the framework made while assigning: they end with the to-do.

A share that a person makes in the Share dialog is that person's, and stays.
"""

import frappe
from frappe.model.document import Document
from frappe.permissions import get_role_permissions

from crm_pipeline.constants import OPPORTUNITY

MADE_BY_ASSIGNING = "pipeline_by_assignment"  # field of DocShare


def mark_if_assigned(share: Document) -> None:
	"""Assigning shares a record only with somebody whom no role lets read it, and after making the to-do."""
	if share.share_doctype != OPPORTUNITY or get_role_permissions(OPPORTUNITY, user=share.user).get("read"):
		return
	todo = {
		"reference_type": OPPORTUNITY,
		"reference_name": share.share_name,
		"allocated_to": share.user,
		"status": "Open",
	}
	if frappe.db.exists("ToDo", todo):
		share.db_set(MADE_BY_ASSIGNING, 1, update_modified=False)


def keep_if_changed(share: Document) -> None:
	"""Whoever changes such a share by hand makes it their own."""
	if share.share_doctype == OPPORTUNITY and share.get(MADE_BY_ASSIGNING) and not share.flags.in_insert:
		share.db_set(MADE_BY_ASSIGNING, 0, update_modified=False)


def end_shares(names: list[str], user: str | None = None) -> None:
	"""Delete the shares of opportunities that assigning made, for one user or for all."""
	filters = {"share_doctype": OPPORTUNITY, "share_name": ("in", names or [""]), MADE_BY_ASSIGNING: 1}
	if user:
		filters["user"] = user
	for name in frappe.get_all("DocShare", filters=filters, pluck="name"):
		frappe.delete_doc("DocShare", name, ignore_permissions=True)  # reason: it ends with the to-do
