"""The Save button of the form."""

import json

import frappe


@frappe.whitelist()
def savedocs(doc, action):
	"""Save, submit, update or cancel the document that the form sent."""
	doc = frappe.get_doc(json.loads(doc))
	doc.docstatus = {"Save": 0, "Submit": 1, "Update": 1, "Cancel": 2}[action]
	if doc.docstatus == 1:
		doc.submit()
	else:
		doc.save()
	doc.reload()
	frappe.response.docs.append(doc.as_dict())


@frappe.whitelist()
def cancel(doctype=None, name=None):
	doc = frappe.get_doc(doctype, name)
	doc.cancel()
	frappe.response.docs.append(doc.as_dict())
