"""The e-mails of an opportunity: who waits for whom, and when the customer was first answered.

`follow(communication)` runs for every Communication that is saved (overrides/communication.py), however it came:
sent from a form, by the API, or pulled from an inbox. It looks at the document alone: `sender`, `sent_or_received`,
`communication_type`, `communication_medium`, `communication_date`, `send_after`, `subject`, `email_status`,
`reference_doctype`, `reference_name` and `timeline_links`. What counts, and in which direction, is decided in
domain/correspondence.py.

An e-mail belongs to the opportunity it stands on or is linked to, to that of its quotation or order, and to the open
ones of its lead before conversion. It writes the opportunity's follow-up fields and nothing else: `modified` stays,
so that a form which is open meanwhile can still be saved. The row is locked without waiting; when somebody holds it,
a background job follows, so that no e-mail is held up or lost.
"""

from collections.abc import Callable
from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from crm_pipeline.constants import OPPORTUNITY, SETTINGS
from crm_pipeline.correspondence import first_response
from crm_pipeline.domain import correspondence, lifecycle
from crm_pipeline.domain.correspondence import Message, Sender
from crm_pipeline.exceptions import ClosedRecordError
from crm_pipeline.record import clock, locking, transactions
from crm_pipeline.refusal import refuse

RECORD_LATER = "crm_pipeline.correspondence.waiting.record_later"
LINKED_DOCTYPES = ("Quotation", "Sales Order")
STATE_FIELDS = (
	"opened_on",
	"opened_utc",
	"closed_on",
	"last_correspondence_on",
	"first_responded_on",
	"company",
)


def follow(communication: Document) -> None:
	"""Bring the opportunities of a new or relinked Communication up to date."""
	message = get_message(communication)
	if not message:
		return
	for name in get_opportunities(communication):
		try:
			record(name, message.at, message.is_outgoing, wait=False)
		except frappe.QueryTimeoutError:
			values = {"name": name, "at": message.at, "outgoing": message.is_outgoing}
			frappe.enqueue(RECORD_LATER, enqueue_after_commit=True, **values)


def record_later(name: str, at: datetime, outgoing: bool) -> None:
	"""The job: do what `record` does, however many write about the opportunity at this moment."""
	transactions.run_alone(record, name, at, outgoing)


def record(name: str, at: datetime, outgoing: bool, wait: bool = True) -> None:
	"""Let one opportunity know of an e-mail. Raises QueryTimeoutError if it is locked and `wait` is not set."""
	state = frappe.db.get_value(
		OPPORTUNITY, name, STATE_FIELDS, as_dict=True, order_by=None, for_update=True, wait=wait
	)
	if state and state.opened_utc:
		state.opened_on = clock.get_shown(state.opened_utc)  # as the e-mail's date is shown
	changes = correspondence.follow(state, Message(at, outgoing)) if state else {}
	if "first_responded_on" in changes:
		changes.update(first_response.get_stamps(state, at))
	if changes:
		frappe.db.set_value(OPPORTUNITY, name, changes, update_modified=False)
		frappe.publish_realtime(
			"crm_pipeline_mail", {"name": name}, doctype=OPPORTUNITY, docname=name, after_commit=True
		)


def get_message(communication, look_up: Callable[[str], Sender] | None = None) -> Message | None:
	"""Return what a Communication (document or row) means to the customer; None if a person did not write it."""
	if not correspondence.is_correspondence(communication, get_patterns()):
		return None
	address = correspondence.get_address(communication.get("sender"))
	sender = (look_up or get_sender)(address)
	outgoing = correspondence.is_outgoing(address, sender, communication.sent_or_received)
	return Message(_get_date(communication), outgoing)


def get_patterns() -> tuple[str, ...]:
	"""Return the subject patterns of auto-replies."""
	settings = frappe.get_cached_doc(SETTINGS)
	return correspondence.read_patterns(settings.auto_reply_subject_patterns)


def get_sender(address: str) -> Sender:
	"""Return what the site knows of an e-mail address."""
	if not address:
		return Sender()
	fields = ["enabled", "user_type"]
	user = frappe.db.get_value("User", {"email": address}, fields, as_dict=True) or frappe.db.get_value(
		"User", {"name": address}, fields, as_dict=True
	)
	is_account = bool(frappe.db.exists("Email Account", {"email_id": address}))
	if not user or user.user_type != "System User":
		return Sender(is_email_account=is_account)
	return Sender(True, bool(user.enabled), is_account)


def get_opportunities(communication: Document) -> list[str]:
	"""Return the opportunities that a Communication belongs to, in the order in which they are locked."""
	doctype, name = communication.reference_doctype, communication.reference_name
	names = {link.link_name for link in communication.timeline_links if link.link_doctype == OPPORTUNITY}
	if doctype == OPPORTUNITY:
		names.add(name)
	elif doctype in LINKED_DOCTYPES:
		names.add(frappe.db.get_value(doctype, name, "pipeline_opportunity"))
	elif doctype == "Lead":
		filters = {
			"lead": name,
			"customer": ("is", "not set"),
			"status": ("in", lifecycle.get_open_statuses()),
		}
		names.update(frappe.get_all(OPPORTUNITY, filters=filters, pluck="name"))
	return sorted(name for name in names if name)


def note_by_hand(name: str, is_outgoing: bool) -> Document:
	"""Set the clock to now, after a call or a chat; needs write permission. Only an e-mail is a first response."""
	doc = locking.get_writable(name)
	if lifecycle.is_closed(doc.status):
		message = _("{0} is {1}: nobody waits for an answer any more. A manager can reopen it first.")
		refuse(message, doc.name, _(doc.status), exception=ClosedRecordError)
	changes = correspondence.follow(doc.as_dict(), Message(now_datetime(), is_outgoing))
	changes.pop("first_responded_on", None)
	for fieldname, value in changes.items():
		doc.set_system_value(fieldname, value)
	return doc.save()


def _get_date(communication) -> datetime:
	"""Return the e-mail's own date: when it goes out, if that is later; never a future that a sender made up."""
	if communication.get("send_after"):
		return get_datetime(communication.send_after)
	return min(
		get_datetime(communication.get("communication_date") or communication.creation), now_datetime()
	)
