"""The bell."""

import frappe
from frappe.model.document import Document


class NotificationLog(Document):
	pass


def get_permission_query_conditions(for_user):
	for_user = for_user or frappe.session.user
	if for_user == "Administrator":
		return ""
	return f"(`tabNotification Log`.for_user = {frappe.db.escape(for_user, percent=False)})"


def get_title(doctype, docname, title_field=None):
	field = title_field or frappe.get_meta(doctype).get_title_field()
	return docname if field == "name" else frappe.db.get_value(doctype, docname, field)


def get_title_html(title):
	return f'<b class="subject-title">{title}</b>'


def enqueue_create_notification(users, doc):
	"""Ring the bell of users (a list, or addresses separated by commas)."""
	users = [user.strip() for user in users.split(",") if user.strip()] if isinstance(users, str) else users
	users = list(dict.fromkeys(users))
	frappe.enqueue(make_notification_logs, doc=dict(doc), users=users, now=frappe.flags.in_test)


def make_notification_logs(doc, users):
	for user in users:
		if frappe.db.get_value("User", user, "enabled"):
			log = frappe.get_doc({"type": "Alert", **doc, "doctype": "Notification Log", "for_user": user})
			log.insert(ignore_permissions=True)
