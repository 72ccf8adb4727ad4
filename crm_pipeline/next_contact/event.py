"""The next contact: who calls when, and the one calendar event that stands for it.

The event is private and its owner's alone. It moves with the date and the person, is closed with the record and
deleted with the date or the record. An event that was deleted by hand comes back with the next date, not before.
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_datetime, get_link_to_form

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.record import locking
from crm_pipeline.record.changes import has_changed
from crm_pipeline.refusal import get_label, refuse

ENGINEERS = ("sales_engineer", "application_engineer")
FIELDS = ("next_contact_date", "next_contact_by")
OPEN, CLOSED = "Open", "Closed"


def set_next_contact(doc: Document) -> None:
	"""A contact needs a person: the sales engineer unless somebody is named. A new date is notified anew.

	A record that has no sales engineer yet keeps the date for the one it gets.
	"""
	if doc.status not in lifecycle.get_open_statuses():
		return
	if _is_left_to_former_engineer(doc) or _has_nobody(doc):
		doc.next_contact_by = doc.sales_engineer
	if _is_changed(doc):
		doc.set_system_value("next_contact_notified_on", None)
		_validate_named(doc)


def follow(doc: Document) -> None:
	"""Bring the event up to date after the record was written. A batch that closes many closes their events itself."""
	if doc.flags.event_is_closed:
		return
	if not _is_changed(doc) and not _is_just_closed(doc):
		return
	event = _get_event(doc)
	if lifecycle.is_closed(doc.status):
		_close(event)
	elif doc.next_contact_date and doc.next_contact_by:
		validate_person(doc)
		_save_event(doc, event)
	elif event:
		_delete(event.name)


def validate_person(doc: Document) -> None:
	"""Whoever makes the contact is enabled and may read the record, as it is saved now."""
	user = doc.next_contact_by
	if not has_changed(doc, "next_contact_by"):
		return
	is_enabled = frappe.db.get_value("User", user, "enabled")
	if not is_enabled or not frappe.has_permission(OPPORTUNITY, "read", doc=doc.name, user=user):
		message = _("{0} {1} can't read {2}. Choose its sales engineer or share it first.")
		refuse(message, get_label(doc, "next_contact_by"), user, doc.name)


def follow_event(event: Document) -> None:
	"""Move the next contact to where its event was moved in the calendar, for who may write the record."""
	for row in event.event_participants if event.status == OPEN else ():
		name = row.reference_docname
		if row.reference_doctype == OPPORTUNITY and _is_event_of(event, name):
			doc = locking.get_locked(name)
			if _is_elsewhere(doc, event) and frappe.has_permission(OPPORTUNITY, "write", doc=doc):
				doc.next_contact_date = event.starts_on
				doc.save()


def delete_events(doc: Document) -> None:
	"""Delete the events of a record that goes; where others take part, only its own row."""
	rows = {"parenttype": "Event", "reference_doctype": OPPORTUNITY, "reference_docname": doc.name}
	for name in frappe.get_all("Event Participants", filters=rows, pluck="parent", distinct=True):
		event = frappe.get_doc("Event", name)
		others = [row for row in event.event_participants if row.reference_docname != doc.name]
		if others:
			event.event_participants = others
			event.save(ignore_permissions=True)  # reason: only the row of a record that goes
		else:
			_delete(name)


def _is_left_to_former_engineer(doc: Document) -> bool:
	"""Tell whether the contact was an engineer's who has just been replaced."""
	saved = doc.get_doc_before_save()
	if not saved or not doc.next_contact_by or has_changed(doc, "next_contact_by"):
		return False
	return doc.next_contact_by in {saved.get(name) for name in ENGINEERS} - {
		doc.get(name) for name in ENGINEERS
	}


def _has_nobody(doc: Document) -> bool:
	is_due = _is_changed(doc) or has_changed(doc, "sales_engineer")
	return bool(is_due and doc.next_contact_date and not doc.next_contact_by)


def _validate_named(doc: Document) -> None:
	"""Refuse a date that nobody will keep; routing that found nobody stops no save."""
	if (
		doc.next_contact_by
		or doc.is_new()
		or not doc.next_contact_date
		or not has_changed(doc, "next_contact_date")
	):
		return
	refuse(
		_("{0} is missing. Say who makes the contact on {1}."),
		get_label(doc, "next_contact_by"),
		doc.next_contact_date,
	)


def _is_changed(doc: Document) -> bool:
	return any(has_changed(doc, fieldname) for fieldname in FIELDS)


def _is_just_closed(doc: Document) -> bool:
	return lifecycle.is_closed(doc.status) and has_changed(doc, "status")


def _is_event_of(event: Document, name: str) -> bool:
	return frappe.db.get_value(OPPORTUNITY, name, "next_contact_event") == event.name


def _is_elsewhere(doc: Document, event: Document) -> bool:
	"""Tell whether the event of an open record stands at another time than its contact."""
	if not doc.next_contact_date or lifecycle.is_closed(doc.status):
		return False
	return get_datetime(doc.next_contact_date) != get_datetime(event.starts_on)


def _get_event(doc: Document) -> Document | None:
	"""Return the event of the record if it is still to come; one that is done stays as it is."""
	name = doc.next_contact_event
	if not name or frappe.db.get_value("Event", name, "status") != OPEN:
		return None
	return frappe.get_doc("Event", name)


def _save_event(doc: Document, event: Document | None) -> None:
	"""Move the event, or make one."""
	starts_on = get_datetime(doc.next_contact_date)
	if event is None:
		event = _new_event(doc)
	elif get_datetime(event.starts_on) == starts_on and event.owner == doc.next_contact_by:
		return
	if event.ends_on:
		event.ends_on = get_datetime(event.ends_on) + (starts_on - get_datetime(event.starts_on))
	event.starts_on = starts_on
	event.flags.follows_opportunity = True
	event.save(ignore_permissions=True)  # reason: the opportunity's own event, whoever changed that
	if event.owner != doc.next_contact_by:
		# the framework makes whoever saves the opportunity the owner, and a private event is its owner's alone
		frappe.db.set_value("Event", event.name, "owner", doc.next_contact_by, update_modified=False)
	if doc.next_contact_event != event.name:
		doc.next_contact_event = event.name
		frappe.db.set_value(OPPORTUNITY, doc.name, "next_contact_event", event.name, update_modified=False)


def _new_event(doc: Document) -> Document:
	link = get_link_to_form(OPPORTUNITY, doc.name)
	return frappe.get_doc(
		{
			"doctype": "Event",
			"subject": _("Next contact: {0}").format(doc.title),
			"description": f"<p>{link}</p><p>{escape_html(doc.next_step or '')}</p>",
			"event_type": "Private",
			"event_category": "Event",
			"status": OPEN,
			"send_reminder": 0,  # the framework's mail at midnight would be a second one
			"event_participants": [{"reference_doctype": OPPORTUNITY, "reference_docname": doc.name}],
		}
	)


def _close(event: Document | None) -> None:
	if event:
		event.status = CLOSED
		event.flags.follows_opportunity = True
		event.save(ignore_permissions=True)  # reason: it is over with its opportunity


def _delete(name: str) -> None:
	frappe.delete_doc("Event", name, ignore_permissions=True)  # reason: the opportunity's own event
