"""Moves opportunities through `save()`, one or many: what may move, the controller decides."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.domain import lifecycle
from crm_pipeline.domain.text import is_blank
from crm_pipeline.exceptions import ClosedRecordError, TransitionError
from crm_pipeline.record import intent, locking, transactions
from crm_pipeline.record.changes import is_same_value
from crm_pipeline.record.conflict import describe_last_change
from crm_pipeline.record.input_values import validate_reason
from crm_pipeline.refusal import Whole, list_choices, refuse, show

REFUSALS = (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError)


def move(name: str, status: str, **values: Any) -> Document:
	"""Set the status and what it requires, and return the saved record. Needs write permission on it."""
	doc = locking.get_writable(name)
	if doc.status == status:
		what = _("{0} is already {1}.").format(show(doc.name), _(status))
		refuse("{0} {1}", Whole(what), Whole(describe_last_change(doc)), exception=TransitionError)
	return intent.save_with(doc, status=status, **values)


def correct(name: str, reason: str, values: dict) -> Document:
	"""Change what a closed record says of its outcome, and return the saved record; for managers."""
	doc = locking.get_writable(name)
	if not lifecycle.is_closed(doc.status):
		message = _("{0} is {1}: only a closed record is corrected. Edit it instead.")
		refuse(message, name, doc.status, exception=ClosedRecordError)
	_validate_correction(name, reason, values)
	_validate_difference(doc, values)
	doc.flags.correction = True
	doc.flags.audit_reason = reason
	return intent.save_with(doc, **values)


def _validate_correction(name: str, reason: str, values: dict) -> None:
	if is_blank(reason):
		refuse(_("The reason is missing. Say why {0} is corrected."), name, exception=ClosedRecordError)
	validate_reason(_("The reason"), reason)
	if not values:
		refuse(_("Nothing of {0} is corrected. Send what it should say instead."), name)


def _validate_difference(doc: Document, values: dict) -> None:
	as_it_should_be = frappe.get_doc({**doc.as_dict(), **values})
	if all(is_same_value(as_it_should_be, doc, fieldname) for fieldname in values):
		refuse(_("{0} says this already. Send what it should say instead."), doc.name)


def move_many(names: list[str], status: str, values: dict) -> dict:
	"""Move each record by itself: one that is refused stops no other.

	Returns {"changed": [name, …], "refused": [{"name": …, "reason": …}, …]}.
	"""
	validate_target(status)
	result: dict[str, list] = {"changed": [], "refused": []}
	locking.hold(*names)  # who meets somebody else meets them here, before anything is moved
	for position, name in enumerate(names, start=1):
		with transactions.attempt(REFUSALS) as moving:
			move(name, status, **values)
		if moving.error:
			result["refused"].append({"name": name, "reason": _explain(moving.error)})
		else:
			result["changed"].append(name)
		frappe.publish_progress(100 * position / len(names), title=_("Changing Opportunities"))
	return result


def validate_target(status: str) -> None:
	if status not in lifecycle.STAGES:
		message = _("The status “{0}” is unknown. Choose one of {1}.")
		refuse(message, status, list_choices(lifecycle.STAGES), exception=TransitionError)


def _explain(error: Exception) -> str:
	"""Return the sentence of a refusal; the framework raises some without one."""
	return str(error) or _("You may not change it. Ask its sales engineer or a Sales Manager.")
