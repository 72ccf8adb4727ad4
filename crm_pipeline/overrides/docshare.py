"""Remembers which shares of opportunities the framework made while assigning, so that they end with the to-do.

A share that a person makes in the Share dialog is that person's, and stays.
"""

import frappe
from frappe.model.document import Document
from frappe.permissions import get_role_permissions

from crm_pipeline.constants import OPPORTUNITY

MARK = "pipeline_by_assignment"


def after_insert(doc: Document, method: str | None = None) -> None:
	"""Assigning shares a record only with somebody whom no role lets read it, and after making the to-do."""
	if doc.share_doctype != OPPORTUNITY or get_role_permissions(OPPORTUNITY, user=doc.user).get("read"):
		return
	todo = {
		"reference_type": OPPORTUNITY,
		"reference_name": doc.share_name,
		"allocated_to": doc.user,
		"status": "Open",
	}
	if frappe.db.exists("ToDo", todo):
		doc.db_set(MARK, 1, update_modified=False)


def on_update(doc: Document, method: str | None = None) -> None:
	"""Whoever changes such a share by hand makes it their own."""
	if doc.share_doctype == OPPORTUNITY and doc.get(MARK) and not doc.flags.in_insert:
		doc.db_set(MARK, 0, update_modified=False)


def end_access(name: str, user: str) -> None:
	"""Delete the share that assigning made for this user."""
	share = {"share_doctype": OPPORTUNITY, "share_name": name, "user": user, MARK: 1}
	for share_name in frappe.get_all("DocShare", filters=share, pluck="name"):
		frappe.delete_doc("DocShare", share_name, ignore_permissions=True)  # reason: it ends with the to-do
