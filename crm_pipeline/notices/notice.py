"""Telling one person something: by bell and by e-mail, as their Notification Settings allow.

Both are rows of the current transaction: what is rolled back was never told.
"""

import frappe
from frappe.desk.doctype.notification_settings.notification_settings import (
	is_email_notifications_enabled,
	is_notifications_enabled,
)


def tell(user: str, subject: str, body: str, document: tuple[str, str]) -> None:
	"""Tell an enabled user. `subject` and `body` are HTML, `document` (DocType, name) is where the bell leads."""
	if not is_notifications_enabled(user):
		return
	_ring(user, subject, document)
	if is_email_notifications_enabled(user):
		_send_email(user, subject, body)


def _ring(user: str, subject: str, document: tuple[str, str]) -> None:
	log = frappe.get_doc(
		{
			"doctype": "Notification Log",
			"type": "Alert",  # the framework sends no e-mail of its own for these
			"for_user": user,
			"from_user": user,
			"document_type": document[0],
			"document_name": document[1],
			"subject": subject,
		}
	)
	log.insert(ignore_permissions=True)  # reason: a job's note to a user who may read the document


def _send_email(user: str, subject: str, body: str) -> None:
	"""Queue the e-mail. It names no reference: an answer to it is no answer to the customer."""
	address = frappe.db.get_value("User", user, "email")
	try:
		frappe.sendmail(recipients=[address], subject=frappe.utils.strip_html(subject), message=body)
	except frappe.OutgoingEmailError:
		frappe.clear_last_message()  # no outgoing account: the bell has to do
