"""Submit, cancel or edit many records from a list."""

import frappe


@frappe.whitelist()
def submit_cancel_or_update_docs(doctype, docnames, action="submit", data=None, task_id=None):
	"""Return the names that failed; each record is its own transaction."""
	docnames = frappe.parse_json(docnames)
	if len(docnames) > 500:
		frappe.throw("Bulk operations only support up to 500 documents.", title="Too Many Documents")
	if len(docnames) >= 20:
		frappe.msgprint("Bulk operation is enqueued in background.", alert=True)
		values = {"doctype": doctype, "docnames": docnames, "action": action, "data": data}
		return frappe.enqueue(_bulk_action, **values)
	return _bulk_action(doctype, docnames, action, data)


def _bulk_action(doctype, docnames, action, data):
	failed = []
	for name in docnames:
		doc = frappe.get_doc(doctype, name)
		try:
			if not _act(doc, action, frappe.parse_json(data) if data else None):
				failed.append(name)
			frappe.db.commit()
		except Exception:
			failed.append(name)
			frappe.db.rollback()
	return failed


def _act(doc, action, data):
	if action == "submit" and doc.docstatus.is_draft():
		doc.submit()
	elif action == "cancel" and doc.docstatus.is_submitted():
		doc.cancel()
	elif action == "update" and not doc.docstatus.is_cancelled():
		doc.update(data)
		doc.save()
	else:
		return False
	return True
