"""Giving documents to users as to-dos."""

import frappe
import frappe.share
from frappe.desk.doctype.notification_log.notification_log import (
	enqueue_create_notification,
	get_title,
	get_title_html,
)
from frappe.utils import escape_html, nowdate


class DuplicateToDoError(frappe.ValidationError): ...


def get(args=None):
	"""Return the open to-dos of a document as {owner, name}."""
	args = args or frappe.form_dict
	return frappe.get_all(
		"ToDo",
		fields=["allocated_to as owner", "name"],
		filters={
			"reference_type": args.get("doctype"),
			"reference_name": args.get("name"),
			"status": ("not in", ("Cancelled", "Closed")),
		},
		limit=5,
	)


@frappe.whitelist()
def add(args=None, *, ignore_permissions=False):
	"""Give a to-do to each user of `assign_to`; one who may not read the document gets a share of it."""
	args = args or frappe.form_dict
	shared_with, assigned_before = [], []
	for user in frappe.parse_json(args.get("assign_to")):
		if not ignore_permissions:
			frappe.get_doc(args["doctype"], args["name"]).check_permission()
		if _has_open_todo(args, user):
			assigned_before.append(user)
			continue
		todo = _insert_todo(args, user)
		doc = frappe.get_doc(args["doctype"], args["name"])
		if doc.meta.get_field("assigned_to"):
			frappe.db.set_value(doc.doctype, doc.name, "assigned_to", user)
		if not frappe.has_permission(doc=doc, user=user):
			_share(doc, user)
			shared_with.append(user)
		notify_assignment(
			todo.assigned_by, user, doc.doctype, doc.name, action="ASSIGN", description=todo.description
		)
	_tell("Shared with the following Users with Read access:", shared_with)
	_tell("Already in the following Users ToDo list:", assigned_before)
	return get(args)


def _has_open_todo(args, user):
	filters = {"reference_type": args["doctype"], "reference_name": args["name"]}
	return bool(frappe.get_all("ToDo", filters={**filters, "status": "Open", "allocated_to": user}))


def _insert_todo(args, user):
	description = args.get("description") or f"Assignment for {args['doctype']} {args['name']}"
	todo = frappe.get_doc(
		doctype="ToDo",
		allocated_to=user,
		reference_type=args["doctype"],
		reference_name=args["name"],
		description=escape_html(description),
		priority=args.get("priority", "Medium"),
		status="Open",
		date=args.get("date", nowdate()),
		assigned_by=args.get("assigned_by", frappe.session.user),
		assignment_rule=args.get("assignment_rule"),
	)
	return todo.insert(ignore_permissions=True)


def _share(doc, user):
	if frappe.get_system_settings("disable_document_sharing"):
		message = f"User {frappe.bold(user)} is not permitted to access this document."
		frappe.throw(message, title="Missing Permission")
	frappe.share.add(doc.doctype, doc.name, user)


def _tell(text, users):
	if users:
		frappe.msgprint(text + "<br><br>" + "<br>".join(users))


@frappe.whitelist()
def remove(doctype, name, assign_to, ignore_permissions=False):
	"""Take the document from a user; the share that came with it stays."""
	return set_status(doctype, name, "", assign_to, "Cancelled", ignore_permissions)


@frappe.whitelist()
def close(doctype: str, name: str, assign_to: str, ignore_permissions=False):
	if assign_to != frappe.session.user:
		frappe.throw("Only the assignee can complete this to-do.")
	return set_status(doctype, name, "", assign_to, "Closed", ignore_permissions)


def clear(doctype, name, ignore_permissions=False):
	"""Take the document from everybody."""
	return _set_all(doctype, name, {}, "Cancelled", ignore_permissions)


def close_all_assignments(doctype, name, ignore_permissions=False):
	return _set_all(doctype, name, {"status": ("!=", "Cancelled")}, "Closed", ignore_permissions)


def _set_all(doctype, name, filters, status, ignore_permissions):
	filters = {"reference_type": doctype, "reference_name": name, **filters}
	todos = frappe.get_all("ToDo", filters=filters, fields=["name", "allocated_to"])
	for todo in todos:
		set_status(doctype, name, todo.name, todo.allocated_to, status, ignore_permissions)
	return bool(todos)


def set_status(doctype, name, todo=None, assign_to=None, status="Cancelled", ignore_permissions=False):
	if not ignore_permissions:
		frappe.get_doc(doctype, name).check_permission()
	filters = {"reference_type": doctype, "reference_name": name, "allocated_to": assign_to}
	todo = todo or frappe.db.get_value("ToDo", {**filters, "status": ("!=", status)})
	if todo:
		doc = frappe.get_doc("ToDo", todo)
		doc.status = status
		doc.save(ignore_permissions=True)
		notify_assignment(doc.assigned_by, doc.allocated_to, doc.reference_type, doc.reference_name)
	return get({"doctype": doctype, "name": name})


def notify_assignment(assigned_by, allocated_to, doc_type, doc_name, action="CLOSE", description=None):
	"""Ring the bell of the assignee, unless it is the assigner."""
	if not (assigned_by and allocated_to and doc_type and doc_name) or assigned_by == allocated_to:
		return
	user = frappe.bold(frappe.utils.get_fullname())
	title = get_title_html(get_title(doc_type, doc_name))
	if action == "CLOSE":
		subject = f"Your assignment on {frappe.bold(doc_type)} {title} has been removed by {user}"
	else:
		subject = f"{user} assigned a new task {frappe.bold(doc_type)} {title} to you"
	notification = {
		"type": "Assignment",
		"document_type": doc_type,
		"document_name": doc_name,
		"subject": subject,
		"from_user": frappe.session.user,
		"email_content": f"<div>{description}</div>" if description else None,
	}
	enqueue_create_notification(allocated_to, notification)
