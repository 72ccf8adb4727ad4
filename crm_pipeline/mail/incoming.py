"""Opportunities from e-mails. An e-mail is never lost: what can't be filled in is left out, never refused.

An appending Email Account makes a record of a subject and a sender and inserts it. receive() takes its place: the
e-mail joins the record it belongs to, makes a new one marked `needs_details`, or stays without one.
"""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import validate_email_address

from crm_pipeline import compat
from crm_pipeline.constants import OPPORTUNITY, SETTINGS
from crm_pipeline.domain import incoming_mail
from crm_pipeline.exceptions import ConflictError
from crm_pipeline.mail import attention, conversation, headers, sender
from crm_pipeline.record import locking, transactions

GIVEN_BY_OTHERS = ("party_name", "region", "product_line", "items", "external_id", "is_history")
TRIES = 3


def is_mail(doc: Document, ignore_permissions: bool | None) -> bool:
	"""Tell whether an Email Account appends this record, with nothing but a subject and a sender."""
	if doc.flags.came_by_mail or not compat.is_appended_by_account(doc, ignore_permissions):
		return False
	return bool(doc.title) and not any(doc.get(fieldname) for fieldname in GIVEN_BY_OTHERS)


def receive(doc: Document) -> Document:
	"""Give the document the name of the record that its e-mail belongs to, or none; raises nothing.

	Without a name the framework keeps the e-mail in the account's inbox.
	"""
	subject, address = doc.title, sender.get_address(doc.contact_email)
	doc.name = _find(subject, address)
	if doc.name:
		_hold(doc.name)
	if not doc.name and not headers.is_automatic() and not conversation.is_automatic(subject, address):
		doc.name = save(lambda: make(doc, address)) or save(lambda: make_bare(doc))
	return doc


def _find(subject: str, address: str) -> str | None:
	try:
		return headers.find_answered() or conversation.find(subject, address)
	except Exception:  # reason: an e-mail that can't be placed is a new opportunity
		frappe.log_error(_("The opportunity of an e-mail could not be looked for"))
		return None


def _hold(name: str) -> None:
	"""Lock the record that the e-mail joins; if it has just changed, in a new transaction, where the lock comes first."""
	for _attempt in range(TRIES):
		try:
			return locking.hold(name)
		except ConflictError as error:
			if not transactions.is_undone(error):
				return None  # held for long; whoever writes to it hears of that
			frappe.db.rollback()  # the e-mail has written nothing yet


def keep_sender(communication: Document) -> None:
	"""The framework refuses an e-mail whose sender is no address; on an opportunity it is kept as a name."""
	if communication.reference_doctype != OPPORTUNITY or not compat.came_by_mail(communication):
		return
	if communication.sender and not validate_email_address(communication.sender):
		communication.sender_full_name = communication.sender_full_name or communication.sender
		communication.sender = None


def save(make: Callable[[], Document]) -> str | None:
	"""Insert a record and return its name. On refusal undo it, log why and return None; a deadlock is tried again."""
	shown, reason = len(frappe.local.message_log), ""
	for _attempt in range(TRIES):
		try:
			with transactions.savepoint():
				record = make().insert(ignore_permissions=True)  # reason: an e-mail has no user
				attention.tell_of_new(record)
			return record.name
		except (ConflictError, frappe.QueryDeadlockError):
			reason = frappe.get_traceback()
			frappe.db.rollback()  # the e-mail has written nothing yet
		except Exception:  # reason: whatever is wrong, the e-mail is kept
			reason = frappe.get_traceback()
			break
		finally:
			del frappe.local.message_log[shown:]
	frappe.log_error(_("An e-mail could not be made into a complete opportunity"), reason)
	return None


def make(doc: Document | dict, address: str) -> Document:
	"""Return the record of an e-mail with everything that is known about its sender."""
	record = make_bare(doc)
	party = None
	if address and not sender.is_ours(address):
		party = sender.get_party(address, doc.party_display_name)
	set_party(record, party)
	settings = frappe.get_cached_doc(SETTINGS)
	record.product_line = get_usable("Pipeline Product Line", settings.default_product_line)
	return record


def set_party(record: Document, party: sender.Party | None) -> None:
	"""Put the party on the record, and its last region before the default one."""
	last_region = sender.get_last_value([party.name], "region") if party else None
	default_region = frappe.get_cached_doc(SETTINGS).default_region
	record.region = get_usable("Pipeline Region", last_region) or get_usable(
		"Pipeline Region", default_region
	)
	if party and not _is_disabled(party):
		record.update({"opportunity_from": party.doctype, "party_name": party.name})
		record.contact_person = party.contact


def make_bare(doc: Document | dict) -> Document:
	"""Return a record with the subject and the sender alone."""
	record = frappe.new_doc(OPPORTUNITY)
	record.update(
		{
			"title": incoming_mail.get_title(doc.title),
			"contact_email": sender.get_address(doc.contact_email) or None,
			"party_display_name": incoming_mail.get_title(doc.party_display_name or doc.contact_email),
			"potential_value": 0,
			"route_automatically": 1,
		}
	)
	record.set_system_value("needs_details", 1)
	record.flags.ignore_mandatory = True
	record.flags.came_by_mail = True
	return record


def get_usable(doctype: str, name: str | None) -> str | None:
	"""Return a master that may stand on a new record."""
	if not name or not frappe.db.exists(doctype, name):
		return None
	master = frappe.get_cached_doc(doctype, name)
	return None if master.disabled or master.get("is_group") else name


def _is_disabled(party: sender.Party) -> bool:
	return party.doctype == "Customer" and bool(frappe.db.get_value("Customer", party.name, "disabled"))
