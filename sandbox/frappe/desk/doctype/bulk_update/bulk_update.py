"""Editing many records from a list."""

import frappe
from frappe.types import NotInSandbox


@frappe.whitelist()
def submit_cancel_or_update_docs(doctype, docnames, action="submit", data=None, task_id=None):
	"""Return the names that failed; each record is its own transaction."""
	if action != "update":
		raise NotInSandbox(f"The sandbox does not know {action} in bulk")
	failed = []
	for name in frappe.parse_json(docnames):
		try:
			frappe.get_doc(doctype, name).update(frappe.parse_json(data)).save()
			frappe.db.commit()
		except Exception:
			failed.append(name)
			frappe.db.rollback()
	return failed
