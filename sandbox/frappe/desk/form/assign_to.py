"""Giving documents to users as to-dos."""

import frappe
import frappe.share
from frappe.utils import escape_html, nowdate


@frappe.whitelist()
def add(args=None, *, ignore_permissions=False):
	"""Give a to-do to each user of `assign_to`; one who may not read the document gets a share of it."""
	args = args or frappe.form_dict
	doctype, name = args["doctype"], args["name"]
	doc = frappe.get_doc(doctype, name)
	if not ignore_permissions:
		doc.check_permission()
	for user in frappe.parse_json(args["assign_to"]):
		todo = {"reference_type": doctype, "reference_name": name, "allocated_to": user, "status": "Open"}
		if frappe.db.exists("ToDo", todo):
			continue
		todo["description"] = escape_html(args.get("description") or f"Assignment for {doctype} {name}")
		todo["assigned_by"] = args.get("assigned_by", frappe.session.user)
		frappe.get_doc(doctype="ToDo", date=nowdate(), **todo).insert(ignore_permissions=True)
		if not frappe.has_permission(doc=frappe.get_doc(doctype, name), user=user):
			frappe.share.add(doctype, name, user)


@frappe.whitelist()
def remove(doctype, name, assign_to, ignore_permissions=False):
	"""Take the document from a user; the share that came with it stays."""
	return set_status(doctype, name, assign_to=assign_to, ignore_permissions=ignore_permissions)


def set_status(doctype, name, todo=None, assign_to=None, status="Cancelled", ignore_permissions=False):
	"""Change the status of a to-do, or of one of the user's."""
	if not ignore_permissions:
		frappe.get_doc(doctype, name).check_permission()
	filters = {"reference_type": doctype, "reference_name": name, "allocated_to": assign_to}
	if todo := todo or frappe.db.get_value("ToDo", {**filters, "status": ("!=", status)}):
		frappe.get_doc("ToDo", todo).update({"status": status}).save(ignore_permissions=True)
