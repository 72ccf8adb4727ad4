"""Who hears of an e-mail that nobody would look for otherwise."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html
from frappe.utils.user import get_users_with_role

from crm_pipeline import compat
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.correspondence import get_message
from crm_pipeline.domain import lifecycle
from crm_pipeline.notices import notice
from crm_pipeline.routing import is_set_up


def tell_of_new(record: Document) -> None:
	"""The sales engineer hears of a record made from an e-mail, unless by their to-do; without one the managers do."""
	if not record.sales_engineer:
		subject = _("{0} came by e-mail and has no sales engineer: {1}")
		_tell(get_users_with_role("Sales Manager"), record.name, subject, record.title)
	elif not is_set_up():
		_tell([record.sales_engineer], record.name, _("{0} came by e-mail: {1}"), record.title)


def tell_of_late(communication: Document) -> None:
	"""The sales engineer of a closed record hears of the customer's e-mail: nobody has a to-do for it any more."""
	if communication.reference_doctype != OPPORTUNITY or not compat.came_by_mail(communication):
		return
	fields = ["name", "status", "sales_engineer"]
	record = frappe.db.get_value(OPPORTUNITY, communication.reference_name, fields, as_dict=True)
	if not record or not record.sales_engineer or not lifecycle.is_closed(record.status):
		return
	message = get_message(communication)
	if message and not message.is_outgoing:
		subject = _("The customer wrote on {0}, which is {2}: {1}")
		_tell([record.sales_engineer], record.name, subject, communication.subject, _(record.status))


def _tell(users: list[str], name: str, subject: str, *values: str) -> None:
	text = subject.format(name, *(escape_html(value) for value in values))
	notice.tell_by_bell(users, text, (OPPORTUNITY, name))
