"""Sharing one document with a user."""

import frappe
from frappe.apps import whitelist
from frappe.utils.data import cint


@whitelist()
def add(doctype, name, user=None, read=1, write=0, submit=0, share=0, everyone=0, notify=0):
	"""Share a document; the caller needs the right to share it."""
	rights = {"write": write, "submit": submit, "share": share}
	return add_docshare(doctype, name, user, everyone=everyone, notify=notify, **rights)


def add_docshare(
	doctype, name, user=None, read=1, write=0, submit=0, share=0, everyone=0, flags=None, notify=0
):
	"""Share a document and return the DocShare; `flags` may waive the caller's right to."""
	user = user or frappe.session.user
	if not (flags or {}).get("ignore_share_permission"):
		check_share_permission(doctype, name)
	share_name = get_share_name(doctype, name, user, everyone)
	if share_name:
		doc = frappe.get_doc("DocShare", share_name)
	else:
		doc = frappe.new_doc(
			"DocShare", share_doctype=doctype, share_name=name, user=user, everyone=cint(everyone)
		)
	doc.flags.update(flags or {})
	doc.update({"read": 1, "write": cint(write), "submit": cint(submit), "share": cint(share)})
	doc.save(ignore_permissions=True)
	return doc


def remove(doctype, name, user, flags=None):
	"""Take a user's share away."""
	if share_name := get_share_name(doctype, name, user, 0):
		frappe.delete_doc("DocShare", share_name, flags=flags)


@whitelist()
def set_permission(doctype, name, user, permission_to, value=1, everyone=0):
	"""Set one right of a share; the share goes with its last right."""
	return set_docshare_permission(doctype, name, user, permission_to, value=value, everyone=everyone)


def set_docshare_permission(doctype, name, user, permission_to, value=1, everyone=0, flags=None):
	if not (flags or {}).get("ignore_share_permission"):
		check_share_permission(doctype, name)
	share_name = get_share_name(doctype, name, user, everyone)
	if not share_name:
		right = {permission_to: 1}
		return (
			add_docshare(doctype, name, user, everyone=everyone, flags=flags, **right) if int(value) else None
		)
	share = frappe.get_doc("DocShare", share_name)
	share.flags.update(flags or {}, ignore_permissions=True)
	share.set(permission_to, int(value))
	if not int(value) and permission_to == "read":
		share.update({"write": 0, "submit": 0, "share": 0})
	share.save()
	if share.read or share.write or share.submit or share.share:
		return share
	share.delete()
	return None


@whitelist()
def get_users(doctype: str, name: str) -> list:
	"""Return the shares of a document that the caller may read."""
	if not frappe.has_permission(doctype, "read", name):
		return []
	fields = ["name", "user", "read", "write", "submit", "share", "everyone", "owner", "creation"]
	return frappe.get_all("DocShare", fields=fields, filters={"share_doctype": doctype, "share_name": name})


def get_shared(doctype, user=None, rights=None, *, filters=None, limit=None):
	"""Return the names of the documents shared with a user."""
	user = user or frappe.session.user
	conditions = [[right, "=", 1] for right in rights or ["read"]]
	conditions += [["share_doctype", "=", doctype], *(filters or [])]
	or_filters = [["user", "=", user]] + ([["everyone", "=", 1]] if user != "Guest" else [])
	return frappe.get_all(
		"DocShare",
		filters=conditions,
		or_filters=or_filters,
		pluck="share_name",
		order_by=None,
		limit_page_length=limit,
	)


def get_share_name(doctype, name, user, everyone):
	whom = {"everyone": 1} if cint(everyone) else {"user": user}
	return frappe.db.get_value("DocShare", {**whom, "share_name": name, "share_doctype": doctype})


def check_share_permission(doctype, name):
	if not frappe.has_permission(doctype, "share", name):
		frappe.throw(f"No permission to share {doctype} {name}", frappe.PermissionError)
