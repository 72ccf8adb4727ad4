"""The headers of the e-mail that is just being brought in: what it answers, and whether a machine wrote it."""

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message

import frappe
from frappe.model.document import Document

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.correspondence import get_opportunities
from crm_pipeline.domain import incoming_mail

AUTOMATED = "Automated Message"


class Inbox(list):
	"""The e-mails of an account. Whoever goes through them has each at hand while it is brought in."""

	def __iter__(self) -> Iterator:
		for mail in super().__iter__():
			with at_hand(mail.mail):
				yield mail


@contextmanager
def at_hand(message: Message) -> Iterator[None]:
	former = frappe.flags.pipeline_mail
	frappe.flags.pipeline_mail = message
	try:
		yield
	finally:
		frappe.flags.pipeline_mail = former


def is_automatic() -> bool:
	"""Tell whether the e-mail says of itself that no person wrote it."""
	message = frappe.flags.pipeline_mail
	return bool(message) and incoming_mail.is_automatic(message)


def find_answered() -> str | None:
	"""Return the opportunity of the e-mails that this one names, the nearest first."""
	message = frappe.flags.pipeline_mail
	for message_id in incoming_mail.get_answered(message) if message else ():
		for doctype in ("Communication", "Email Queue"):
			fields = ["reference_doctype", "reference_name"]
			known = frappe.db.get_value(doctype, {"message_id": message_id}, fields)
			if known and (name := _get_opportunity(*known)):
				return name
	return None


def mark_automatic(communication: Document) -> None:
	"""What a machine wrote is no correspondence of an opportunity: the framework has a type for it, and shows it all the same."""
	message = frappe.flags.pipeline_mail
	if not message or communication.communication_type != "Communication":
		return
	is_this_one = incoming_mail.get_ids(message["Message-ID"]) == [communication.message_id]
	if is_this_one and incoming_mail.is_automatic(message) and get_opportunities(communication):
		communication.communication_type = AUTOMATED


def _get_opportunity(doctype: str | None, name: str | None) -> str | None:
	if not doctype or not name:
		return None
	if doctype == OPPORTUNITY:
		return frappe.db.exists(OPPORTUNITY, name)
	if frappe.get_meta(doctype).has_field("pipeline_opportunity"):
		return frappe.db.get_value(doctype, name, "pipeline_opportunity")
	return None
