"""The bell."""

import frappe
from frappe.model.document import Document


class NotificationLog(Document):
	"""A notification of one user."""


def enqueue_create_notification(users, doc):
	"""Ring the bell of users (a list, or addresses separated by commas)."""
	users = users.split(",") if isinstance(users, str) else users
	for user in dict.fromkeys(user.strip() for user in users):
		if frappe.db.get_value("User", user, "enabled"):
			log = frappe.get_doc({"type": "Alert", **doc, "doctype": "Notification Log", "for_user": user})
			log.insert(ignore_permissions=True)
