"""Makes e-mails as they stand on a site once they were sent or pulled."""

import frappe
from frappe.model.document import Document
from frappe.utils import add_to_date, now_datetime

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests import personas
from crm_pipeline.tests.users import as_user

CUSTOMER_ADDRESS = "buyer@northwind.example"


def ago(**shift):
	"""Return the time so many minutes, hours or days ago, without fractions of a second, as mails have it."""
	return add_to_date(now_datetime(), **{unit: -number for unit, number in shift.items()}).replace(
		microsecond=0
	)


def make_mail(name: str, sender: str, doctype: str = OPPORTUNITY, **values) -> Document:
	"""Insert an e-mail on a document, pulled unless `sent_or_received` says otherwise."""
	defaults = {
		"doctype": "Communication",
		"communication_medium": "Email",
		"communication_type": "Communication",
		"sent_or_received": "Received",
		"status": "Linked",
		"subject": "Your enquiry",
		"content": "Good morning",
		"recipients": "somebody@example.com",
		"sender": sender,
		"reference_doctype": doctype,
		"reference_name": name,
	}
	with as_user("Administrator"):
		return frappe.get_doc({**defaults, **values}).insert(ignore_permissions=True)


def send(name: str, sender: str = personas.ENGINEER, **values) -> Document:
	"""An e-mail that one of us sends."""
	return make_mail(name, sender, **{"sent_or_received": "Sent", **values})


def receive(name: str, sender: str = CUSTOMER_ADDRESS, **values) -> Document:
	"""An e-mail that is pulled from the inbox."""
	return make_mail(name, sender, **values)
