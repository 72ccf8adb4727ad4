"""The lifecycle at work: compares the record with the saved one and carries a transition out or refuses it."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, get_datetime, now_datetime

from crm_pipeline.access.permissions import is_manager
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity import requirements
from crm_pipeline.domain import lifecycle
from crm_pipeline.domain.fields import STARTED_AFRESH
from crm_pipeline.exceptions import TransitionError
from crm_pipeline.record import clock, conflict, money, workflow
from crm_pipeline.refusal import get_label, list_choices, refuse


def validate_status(doc: Document) -> None:
	"""Refuse a status that is none of ours, before any rule asks what it means."""
	if lifecycle.get_stage(doc.status) is None:
		message = _("{0} “{1}” is unknown. Choose one of {2}.")
		refuse(
			message,
			get_label(doc, "status"),
			doc.status,
			list_choices(lifecycle.STAGES),
			exception=TransitionError,
		)


def set_stage(doc: Document) -> None:
	"""Check the move from the saved status to this one and stamp what it brings."""
	saved = doc.get_doc_before_save()
	if saved is None:
		_start(doc)
		doc.set_system_value("opened_utc", clock.get_stamp(doc.opened_on))
	elif saved.status != doc.status:
		_validate_transition(doc, saved)
		_move(doc, saved)
	elif doc.flags.correction:
		requirements.validate_outcome(doc)
		money.set_base_won_value(doc)
	requirements.validate_foreign_outcome(doc)
	requirements.clear_foreign_outcome(doc)
	requirements.keep_reasons_once(doc)


def get_offered_moves(doc: Document) -> list[str]:
	"""Return the statuses that a user who may write the saved record may move it to, for the form's buttons."""
	if doc.needs_details:
		return []
	return [
		status
		for status in lifecycle.STAGES[doc.status].allowed_next
		if (is_manager() or not lifecycle.is_reopening(doc.status, status)) and workflow.allows(doc, status)
	]


def _start(doc: Document) -> None:
	if doc.is_history:
		_start_as_history(doc)
	elif doc.status != lifecycle.FIRST_STAGE:
		message = _(
			"A new opportunity starts as {0}, not as {1}. Leave the status out; closed history needs {2}."
		)
		refuse(
			message,
			lifecycle.FIRST_STAGE,
			doc.status,
			get_label(doc, "is_history"),
			exception=TransitionError,
		)
	else:
		_stamp(doc, doc.opened_on)


def _start_as_history(doc: Document) -> None:
	if not is_manager():
		refuse(_("Only a manager may insert closed history."), exception=frappe.PermissionError)
	if not lifecycle.is_closed(doc.status):
		refuse(
			_("History is closed, but the status is {0}. Leave {1} out."),
			doc.status,
			get_label(doc, "is_history"),
		)
	if not doc.opened_on or not doc.closed_on:
		refuse(_("History needs both {0} and {1}."), get_label(doc, "opened_on"), get_label(doc, "closed_on"))
	if not get_datetime(doc.opened_on) <= get_datetime(doc.closed_on) <= now_datetime():
		message = _(
			"History runs from {0} ({1}) to {2} ({3}): the first must not be later, nor the second in the future."
		)
		refuse(
			message, doc.opened_on, get_label(doc, "opened_on"), doc.closed_on, get_label(doc, "closed_on")
		)
	requirements.validate_outcome(doc)
	_stamp(doc, doc.closed_on)
	_stamp_closing(doc, doc.closed_on)


def _validate_transition(doc: Document, saved: Document) -> None:
	if not lifecycle.is_allowed(saved.status, doc.status):
		message = _("{0} cannot go from {1} to {2}. Allowed next: {3}.")
		text = message.format(
			doc.name, _(saved.status), _(doc.status), _join(lifecycle.STAGES[saved.status].allowed_next)
		)
		if lifecycle.is_closed(saved.status):
			text += " " + conflict.describe_last_change(saved)
		frappe.throw(text, TransitionError, title=_("Not Allowed"))
	if doc.needs_details:
		refuse(
			_("{0} came by e-mail and lacks details. Fill in or confirm them before it leaves Open."),
			doc.name,
			exception=TransitionError,
		)
	if lifecycle.is_reopening(saved.status, doc.status):
		requirements.validate_reopening(doc)
	else:
		requirements.validate_outcome(doc)


def _move(doc: Document, saved: Document) -> None:
	now = now_datetime()
	doc.flags.seconds_in_stage = clock.get_seconds_in_stage(saved)
	_count_exit(doc, saved)
	_stamp(doc, now)
	if lifecycle.is_reopening(saved.status, doc.status):
		_clear(doc, (*lifecycle.OUTCOME_FIELDS, *STARTED_AFRESH))
	elif lifecycle.is_closed(doc.status):
		_stamp_closing(doc, now)


def _count_exit(doc: Document, saved: Document) -> None:
	"""Add the stage that is left to what the record says of its way; the log has the same, move by move."""
	if fields := lifecycle.STAGES[saved.status].exit_fields:
		doc.set_system_value(fields.seconds, cint(saved.get(fields.seconds)) + doc.flags.seconds_in_stage)
		doc.set_system_value(fields.count, cint(saved.get(fields.count)) + 1)


def _stamp(doc: Document, at) -> None:
	doc.set_system_value("status_changed_on", at)
	doc.set_system_value("status_changed_utc", clock.get_stamp(at))
	doc.set_system_value("status_changed_by", frappe.session.user)


def _stamp_closing(doc: Document, at) -> None:
	doc.set_system_value("closed_on", at)
	doc.set_system_value("closed_by", frappe.session.user)
	doc.reopen_reason = None
	if lifecycle.STAGES[doc.status].outcome is lifecycle.Outcome.WON:
		money.set_won_values(doc)


def _clear(doc: Document, fieldnames) -> None:
	for fieldname in fieldnames:
		doc.set_system_value(
			fieldname, [] if doc.meta.get_field(fieldname).fieldtype.startswith("Table") else None
		)


def _join(statuses) -> str:
	return ", ".join(_(status) for status in statuses)
