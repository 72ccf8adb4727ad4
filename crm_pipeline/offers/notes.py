"""What is left behind when an opportunity followed a document, or could not: audit reason, message, to-do."""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.record import one_save


def save(record: Document, reason: str) -> None:
	"""Save an opportunity that follows a document; `reason` goes to the audit log."""
	record.flags.audit_reason = reason
	record.save(ignore_permissions=True)  # reason: it follows a document, whoever changed that
	if record.has_value_changed("status"):
		frappe.msgprint(_("{0} is {1} now.").format(record.name, _(record.status)), alert=True)


def tell(name: str, text: str) -> None:
	"""Show a text to whoever caused it and add it to the opportunity's timeline, once."""
	frappe.msgprint(text, title=_(OPPORTUNITY), indicator="orange")
	entry = {"comment_type": "Info", "reference_doctype": OPPORTUNITY, "reference_name": name}
	if not frappe.db.exists("Comment", {**entry, "content": text}):
		add(name, text)


def add(name: str, text: str) -> None:
	"""Add a text to the opportunity's timeline."""
	entry = {"comment_type": "Info", "reference_doctype": OPPORTUNITY, "reference_name": name}
	if frappe.db.exists(OPPORTUNITY, name):
		comment = frappe.get_doc({"doctype": "Comment", **entry, "content": text})
		comment.insert(ignore_permissions=True)  # reason: the system's own note


def ask(record: Document, text: str, users: Iterable[str] = ()) -> None:
	"""Give the sales engineer, or the users named, a to-do, once, whatever became of it."""
	people = list(users) or [record.sales_engineer]
	if not all(people):
		tell(record.name, text)
		return
	entry = {"reference_type": OPPORTUNITY, "reference_name": record.name, "description": text}
	if not frappe.db.exists("ToDo", entry):
		one_save.begin_assigning(record.name)
		for user in people:
			values = {"doctype": "ToDo", **entry, "allocated_to": user, "assigned_by": frappe.session.user}
			todo = frappe.get_doc(values)
			todo.insert(ignore_permissions=True)  # reason: the system asks, whoever caused it
		one_save.end_assigning(record.name)
