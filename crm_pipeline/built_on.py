"""What a site built on our DocTypes: named, and switched off or removed, before they go and it would break.

A Custom Field that links to a DocType which is gone makes every rename fail, an Email Account that appends to it raises on every
mail, a dated Notification stops the daily ones.
"""

import frappe

# DocType → (its field that names a DocType of ours, what is set in it)
SWITCHED_OFF = {
	"Assignment Rule": ("document_type", {"disabled": 1}),
	"Auto Repeat": ("reference_doctype", {"disabled": 1, "status": "Disabled"}),
	"Client Script": ("dt", {"enabled": 0}),
	"Document Naming Rule": ("document_type", {"disabled": 1}),
	"Email Account": ("append_to", {"append_to": None}),
	"Notification": ("document_type", {"enabled": 0}),
	"Print Format": ("doc_type", {"disabled": 1}),
	"Server Script": ("reference_doctype", {"disabled": 1}),
	"Web Form": ("doc_type", {"published": 0}),
	"Webhook": ("webhook_doctype", {"enabled": 0}),
}
# DocType → its field that names a DocType of ours
REMOVED = {
	"Calendar View": "reference_doctype",
	"Dashboard Chart": "document_type",
	"Data Import": "reference_doctype",
	"Form Tour": "reference_doctype",
	"Kanban Board": "reference_doctype",
	"List View Settings": "name",
	"Milestone Tracker": "document_type",
	"Number Card": "document_type",
	"Workflow": "document_type",
}
MODULE = "CRM Pipeline"
TABLES = ("Table", "Table MultiSelect")


def let_go(ours: list[str]) -> list[str]:
	"""Switch off or remove what names these DocTypes, and return a line about each."""
	lines = []
	for doctype, (fieldname, values) in SWITCHED_OFF.items():
		for name in _find(doctype, {fieldname: ("in", ours)}):
			frappe.db.set_value(doctype, name, values)
			lines.append(f"{doctype} {name}: switched off")
	for doctype, fieldname in REMOVED.items():
		for name in _find(doctype, {fieldname: ("in", ours)}):
			frappe.delete_doc(doctype, name, force=True, ignore_permissions=True)  # reason: goes with the app
			lines.append(f"{doctype} {name}: removed")
	return [*lines, *_let_fields_go(ours)]


def _let_fields_go(ours: list[str]) -> list[str]:
	"""Links of others to ours become plain texts, which keep what stands in them; tables of our rows are removed."""
	lines = []
	for doctype, parent in (("Custom Field", "dt"), ("DocField", "parent")):
		others = {"options": ("in", ours), parent: ("not in", ours)}
		for name in _find(doctype, {**others, "fieldtype": "Link"}):
			frappe.db.set_value(doctype, name, {"fieldtype": "Data", "options": None})
			lines.append(f"{doctype} {_describe(doctype, name, parent)}: a text from now on")
		for name in _find(doctype, {**others, "fieldtype": ("in", TABLES)}):
			lines.append(f"{doctype} {_describe(doctype, name, parent)}: removed")
			frappe.db.delete(doctype, {"name": name})
	return lines


def _describe(doctype: str, name: str, parent: str) -> str:
	return " ".join(frappe.db.get_value(doctype, name, [parent, "fieldname"]))


def _find(doctype: str, filters: dict) -> list[str]:
	if not frappe.db.exists("DocType", doctype):
		return []
	if frappe.get_meta(doctype).has_field("module"):
		filters = {**filters, "module": ("!=", MODULE)}  # ours the framework removes itself
	return frappe.get_all(doctype, filters=filters, pluck="name")
