"""Sharing one document with a user."""

import frappe
from frappe.apps import whitelist
from frappe.utils.data import cint


@whitelist()
def add(doctype, name, user=None, read=1, write=0, share=0, everyone=0, notify=0):
	"""Share a document and return the DocShare; the caller needs the right to share it."""
	check_share_permission(doctype, name)
	user = user or frappe.session.user
	share_name = get_share_name(doctype, name, user, everyone)
	values = {"share_doctype": doctype, "share_name": name, "user": user, "everyone": cint(everyone)}
	doc = frappe.get_doc("DocShare", share_name) if share_name else frappe.new_doc("DocShare", **values)
	return doc.update({"read": 1, "write": cint(write), "share": cint(share)}).save(ignore_permissions=True)


def remove(doctype, name, user, flags=None):
	"""Take a user's share away."""
	if share_name := get_share_name(doctype, name, user, 0):
		frappe.delete_doc("DocShare", share_name, flags=flags)


@whitelist()
def set_permission(doctype, name, user, permission_to, value=1, everyone=0):
	"""Set one right of a share; the share goes with its right to read."""
	check_share_permission(doctype, name)
	share_name = get_share_name(doctype, name, user, everyone)
	if not share_name:
		return add(doctype, name, user, everyone=everyone, **{permission_to: value})
	share = frappe.get_doc("DocShare", share_name)
	if permission_to == "read" and not cint(value):
		return share.delete(ignore_permissions=True)
	return share.update({permission_to: cint(value)}).save(ignore_permissions=True)


def get_shared(doctype, user=None, rights=("read",)):
	"""Return the names of the documents shared with a user."""
	user = user or frappe.session.user
	filters = {"share_doctype": doctype, **dict.fromkeys(rights, 1)}
	whom = [["user", "=", user], *([["everyone", "=", 1]] if user != "Guest" else [])]
	return frappe.get_all("DocShare", filters=filters, or_filters=whom, pluck="share_name", order_by=None)


def get_share_name(doctype, name, user, everyone):
	whom = {"everyone": 1} if cint(everyone) else {"user": user}
	return frappe.db.get_value("DocShare", {**whom, "share_name": name, "share_doctype": doctype})


def check_share_permission(doctype, name):
	if not frappe.has_permission(doctype, "share", name):
		frappe.throw(f"No permission to share {doctype} {name}", frappe.PermissionError)
