"""The Save button of the form."""

import json

import frappe


@frappe.whitelist()
def savedocs(doc, action):
	"""Save the document that the form sent."""
	if action != "Save":
		raise frappe.NotInSandbox(f"The sandbox does not know {action}")
	doc = frappe.get_doc(json.loads(doc)).save()
	frappe.response.docs.append(doc.reload().as_dict())
