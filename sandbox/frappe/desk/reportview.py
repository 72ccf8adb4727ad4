"""The count of a list in the desk."""

import json

import frappe


@frappe.whitelist()
def get_count() -> int:
	"""Return how many rows a list has for the user."""
	args = frappe.form_dict
	filters = json.loads(args.filters or "[]")
	fields = [f"count(`tab{args.doctype}`.name) as total_count"]
	return frappe.get_list(args.doctype, fields=fields, filters=filters, order_by=None)[0].total_count
