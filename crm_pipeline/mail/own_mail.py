"""An e-mail that a colleague wrote to a customer with the inbox in copy: the opportunity is for whom they wrote to."""

from collections.abc import Iterator
from email.utils import getaddresses

import frappe
from frappe.model.document import Document

from crm_pipeline import compat
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.mail import incoming, sender
from crm_pipeline.record import locking


def take_party(communication: Document) -> None:
	"""Fill in the party of a record that this e-mail has just made."""
	if communication.reference_doctype != OPPORTUNITY or not compat.came_by_mail(communication):
		return
	fields = ["needs_details", "party_name"]
	record = frappe.db.get_value(OPPORTUNITY, communication.reference_name, fields, as_dict=True)
	if not record or not record.needs_details or record.party_name:
		return
	if not sender.is_ours(sender.get_address(communication.sender)):
		return
	_take_first(communication.reference_name, _get_outside_recipients(communication))


def _take_first(name: str, recipients: Iterator[tuple[str, str]]) -> None:
	display_name, address = next(recipients, (None, None))
	party = sender.get_party(address, display_name) if address else None
	if not party:
		return
	doc = locking.get_locked(name)
	incoming.set_party(doc, party)
	doc.contact_email = address
	doc.flags.details_by_system = True
	doc.save(ignore_permissions=True)  # reason: an e-mail has no user


def _get_outside_recipients(communication: Document) -> Iterator[tuple[str, str]]:
	written = (communication.recipients or "", communication.cc or "")
	for display_name, recipient in getaddresses(written):
		address = sender.get_address(recipient)
		if address and not sender.is_ours(address):
			yield display_name, address
