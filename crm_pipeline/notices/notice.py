"""Telling people something, the one way: by bell and by e-mail, as their Notification Settings allow.

Both are rows of the current transaction: what is rolled back was never told. Subjects and bodies are HTML, so what users
typed is escaped by the caller.
"""

from collections.abc import Iterable

import frappe
from frappe.desk.doctype.notification_settings.notification_settings import (
	is_email_notifications_enabled,
	is_email_notifications_enabled_for_type,
	is_notifications_enabled,
)

Document = tuple[str, str]  # DocType and name: where the bell leads


def tell(
	user: str,
	subject: str,
	document: Document,
	body: str = "",
	email_type: str | None = None,
	**email: object,
) -> None:
	"""Tell one enabled user by bell, and by e-mail if they get those.

	`email_type` is the switch of the Notification Settings that the e-mail has of its own; `email` are arguments of
	frappe.sendmail in the place of `body`.
	"""
	tell_by_bell([user], subject, document)
	gets_email = is_notifications_enabled(user) and is_email_notifications_enabled(user)
	if email_type:
		gets_email = is_email_notifications_enabled_for_type(user, email_type)
	if gets_email:
		_send_email(user, subject, **(email or {"message": body}))


def tell_by_bell(
	users: Iterable[str], subject: str, document: Document | None = None, body: str = ""
) -> None:
	"""Leave a note under the bell of each enabled user."""
	doctype, name = document or (None, None)
	for user in users:
		if not is_notifications_enabled(user) or not frappe.get_cached_value("User", user, "enabled"):
			continue
		log = frappe.get_doc(
			{
				"doctype": "Notification Log",
				"type": "Alert",  # the framework sends no e-mail of its own for these
				"for_user": user,
				"from_user": user,
				"document_type": doctype,
				"document_name": name,
				"subject": subject,
				"email_content": body,
			}
		)
		log.insert(ignore_permissions=True)  # reason: the caller tells only who may know


def tell_of_job(subject: str, refused: list[dict]) -> None:
	"""Tell who started a job what became of it. `refused`: {"name", "reason"} of each record that stayed as it was."""
	body = "".join(f"<p>{row['name']}: {row['reason']}</p>" for row in refused)
	tell_by_bell([frappe.session.user], subject, body=body)


def _send_email(user: str, subject: str, **content: object) -> None:
	"""Queue the e-mail. It names no reference: an answer to it is no answer to the customer."""
	address = frappe.db.get_value("User", user, "email")
	try:
		frappe.sendmail(recipients=[address], subject=frappe.utils.strip_html(subject), **content)
	except frappe.OutgoingEmailError:
		frappe.clear_last_message()  # no outgoing account: the bell has to do
