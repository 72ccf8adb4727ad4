"""The calendar view."""

import json

import frappe


@frappe.whitelist()
def get_events(doctype, start, end, field_map, filters=None, fields=None):
	"""Return the records between two moments that the user may read."""
	field_map = frappe._dict(json.loads(field_map))
	fields = frappe.parse_json(fields) or [field_map.start, field_map.end, field_map.title, "name"]
	filters = json.loads(filters) if filters else []
	filters += [
		[doctype, f"ifnull({field_map.start}, '0001-01-01 00:00:00')", "<=", end],
		[doctype, f"ifnull({field_map.end}, '2199-12-31 00:00:00')", ">=", start],
	]
	return frappe.get_list(doctype, fields=list({field for field in fields if field}), filters=filters)


@frappe.whitelist()
def update_event(args, field_map):
	"""Move a record in the calendar."""
	args, field_map = frappe._dict(json.loads(args)), frappe._dict(json.loads(field_map))
	doc = frappe.get_doc(args.doctype, args.name)
	doc.set(field_map.start, args[field_map.start])
	doc.set(field_map.end, args.get(field_map.end))
	doc.save()
