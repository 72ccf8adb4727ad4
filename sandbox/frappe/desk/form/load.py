"""Opening a form."""

import frappe


@frappe.whitelist()
def getdoc(doctype, name):
	"""Put a document that the user may read into the response."""
	doc = frappe.get_doc(doctype, name)
	if not doc.has_permission("read"):
		raise frappe.PermissionError(("read", doctype, name))
	doc.run_method("onload")
	frappe.response.docs.append(doc)
