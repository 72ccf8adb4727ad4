"""Who hears of an e-mail that nobody would look for otherwise."""

from functools import partial

import frappe
from frappe import _
from frappe.desk.doctype.notification_log.notification_log import enqueue_create_notification
from frappe.model.document import Document
from frappe.utils import escape_html
from frappe.utils.user import get_users_with_role

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.correspondence import get_message
from crm_pipeline.domain import lifecycle
from crm_pipeline.routing import is_set_up


def tell_of_new(record: Document) -> None:
	"""The sales engineer hears of a record made from an e-mail, unless by their to-do; without one the managers do."""
	if not record.sales_engineer:
		subject = _("{0} came by e-mail and has no sales engineer: {1}")
		_ring(get_users_with_role("Sales Manager"), record.name, subject, record.title)
	elif not is_set_up():
		_ring([record.sales_engineer], record.name, _("{0} came by e-mail: {1}"), record.title)


def tell_of_late(communication: Document) -> None:
	"""The sales engineer of a closed record hears of the customer's e-mail: nobody has a to-do for it any more."""
	if communication.reference_doctype != OPPORTUNITY or not communication.flags.in_receive:
		return
	fields = ["name", "status", "sales_engineer"]
	record = frappe.db.get_value(OPPORTUNITY, communication.reference_name, fields, as_dict=True)
	if not record or not record.sales_engineer or not lifecycle.is_closed(record.status):
		return
	message = get_message(communication)
	if message and not message.is_outgoing:
		subject = _("The customer wrote on {0}, which is {2}: {1}")
		_ring([record.sales_engineer], record.name, subject, communication.subject, _(record.status))


def _ring(users: list[str], name: str, subject: str, *values: str) -> None:
	"""Notify once the e-mail is there to stay: one that is undone is brought in again, as another record."""
	notification = {
		"type": "Alert",
		"document_type": OPPORTUNITY,
		"document_name": name,
		"subject": subject.format(name, *(escape_html(value) for value in values)),
		"from_user": frappe.session.user,
	}
	frappe.db.after_commit.add(partial(enqueue_create_notification, users, notification))
