"""One opportunity, or many: what the buttons of its form and list do, and the same for REST.

What moves a record needs write permission on it (a manager or its sales engineer), loads it locked, and returns the
saved document. TransitionError (417) when the lifecycle refuses, ConflictError (409) when somebody else was faster.
"""

from operator import itemgetter
from typing import Any

import frappe
from frappe import _

from crm_pipeline.access import explanation
from crm_pipeline.access.denial import require
from crm_pipeline.access.permissions import (
	explain_no_write,
	get_writable,
	is_manager,
	require_manager,
	require_write,
)
from crm_pipeline.api.parse import read_names, reads_arguments
from crm_pipeline.correspondence import waiting
from crm_pipeline.domain import lifecycle
from crm_pipeline.form import activity, bulk_moves, history
from crm_pipeline.mail import details
from crm_pipeline.record import moves, workflow
from crm_pipeline.refusal import refuse
from crm_pipeline.routing import router

AT_ONCE = 100  # more than these are moved by a job
MOST_AT_ONCE = 5000


@frappe.whitelist(methods=["POST"])
@reads_arguments
def make_offer(name: str, offer: str | None = None) -> dict:
	"""Move to Offer Made; `offer` names the Quotation, which may also be linked later."""
	return _move(name, lifecycle.OFFER_MADE, **({"offer": offer} if offer else {}))


@frappe.whitelist(methods=["POST"])
@reads_arguments
def mark_won(name: str, won_value: float | str, won_currency: str | None = None) -> dict:
	"""Close as Won with its value in `won_currency` (the record's currency by default)."""
	return _move(name, lifecycle.WON, won_value=won_value, won_currency=won_currency)


@frappe.whitelist(methods=["POST"])
@reads_arguments
def mark_lost(name: str, lost_reasons: list | str, outcome_detail: str | None = None) -> dict:
	"""Close as Lost; `lost_reasons` is a list of Pipeline Lost Reason names, or that list as JSON."""
	return _close(name, lifecycle.LOST, lost_reasons, outcome_detail)


@frappe.whitelist(methods=["POST"])
@reads_arguments
def mark_rejected(name: str, lost_reasons: list | str, outcome_detail: str | None = None) -> dict:
	"""Close as Rejected; arguments as for `mark_lost`."""
	return _close(name, lifecycle.REJECTED, lost_reasons, outcome_detail)


@frappe.whitelist(methods=["POST"])
@reads_arguments
def reopen(name: str, reopen_reason: str) -> dict:
	"""Set a closed record back to Open. Managers only."""
	return _move(name, lifecycle.FIRST_STAGE, reopen_reason=reopen_reason)


@frappe.whitelist(methods=["POST"])
@reads_arguments
def apply_workflow(
	name: str,
	action: str,
	won_value: float | str | None = None,
	won_currency: str | None = None,
	lost_reasons: list | str | None = None,
	outcome_detail: str | None = None,
	reopen_reason: str | None = None,
) -> dict:
	"""Carry out an action of the Workflow that a site has on the status, with what the move requires."""
	require_write(name)
	values = {
		"won_value": won_value,
		"won_currency": won_currency,
		"lost_reasons": _read_reasons(lost_reasons),
		"outcome_detail": outcome_detail,
		"reopen_reason": reopen_reason,
	}
	given = {fieldname: value for fieldname, value in values.items() if value is not None}
	return workflow.apply(name, action, **given).as_dict()


@frappe.whitelist(methods=["POST"])
@reads_arguments
def correct(
	name: str,
	correction_reason: str,
	won_value: float | str | None = None,
	lost_reasons: list | str | None = None,
	outcome_detail: str | None = None,
) -> dict:
	"""Correct the won value or the reasons of a closed record without reopening it. Managers only, audited."""
	if not is_manager():
		message = _("Only a manager may correct {0}. Ask a Sales Manager.")
		refuse(message, name, exception=frappe.PermissionError)
	values = {
		"won_value": won_value,
		"outcome_detail": outcome_detail,
		"lost_reasons": _read_reasons(lost_reasons),
	}
	given = {fieldname: value for fieldname, value in values.items() if value is not None}
	require_write(name)
	return moves.correct(name, correction_reason, given).as_dict()


@frappe.whitelist(methods=["POST"])
@reads_arguments
def move_many(
	names: list | str, status: str, lost_reasons: list | str | None = None, outcome_detail: str | None = None
) -> dict:
	"""Move many records to Offer Made, Lost or Rejected; one that is refused does not stop the others.

	Returns {"changed": [name, …], "refused": [{"name": …, "reason": …}, …]}. More than a hundred are moved by a job: then
	"queued" says how many, and the result comes under the bell.
	"""
	values = {"lost_reasons": _read_reasons(lost_reasons), "outcome_detail": outcome_detail}
	given = {fieldname: value for fieldname, value in values.items() if value}
	asked = sorted(read_names(names))
	if len(asked) > MOST_AT_ONCE:
		refuse(_("{0} records are too many at once. Send at most {1}."), len(asked), MOST_AT_ONCE)
	writable = get_writable(asked)
	names = [name for name in asked if name in writable]
	refused = [{"name": name, "reason": explain_no_write(name)} for name in asked if name not in writable]
	if len(names) > AT_ONCE:
		return {"changed": [], "refused": refused, "queued": bulk_moves.start(names, status, given)}
	result = moves.move_many(names, status, given)
	everything = sorted([*result["refused"], *refused], key=itemgetter("name"))
	return {**result, "refused": everything}


@frappe.whitelist(methods=["POST"])
@reads_arguments
def route_again(name: str) -> dict:
	"""Let the region choose the sales engineer of an open record anew. Managers only."""
	if not is_manager():
		refuse(_("Only a manager may route {0} again."), name, exception=frappe.PermissionError)
	require_write(name)
	return router.route_again(name).as_dict()


@frappe.whitelist(methods=["POST"])
@reads_arguments
def confirm_details(name: str) -> None:
	"""Say that the details filled in by default are right. Needs write permission; names what is still missing."""
	require_write(name)
	details.confirm(name)


@frappe.whitelist(methods=["POST"])
@reads_arguments
def wait_for_customer(name: str) -> dict:
	"""Start the waiting clock by hand, after a call or a chat. Needs write permission. Returns the document."""
	require_write(name)
	return waiting.note_by_hand(name, is_outgoing=True).as_dict()


@frappe.whitelist(methods=["POST"])
@reads_arguments
def customer_answered(name: str) -> dict:
	"""Stop the waiting clock by hand, after a call or a chat. Needs write permission. Returns the document."""
	require_write(name)
	return waiting.note_by_hand(name, is_outgoing=False).as_dict()


@frappe.whitelist(methods=["POST"])
@reads_arguments
def log_activity(name: str, medium: str, summary: str, happened_on: str | None = None) -> str:
	"""Note a call, visit or meeting and return the Communication's name.

	`medium` is Phone, Visit or Meeting, `happened_on` a date and time (now by default). Needs what sending an
	e-mail from the record needs: reading it, with a role that may. A closed record takes comments only.
	"""
	require(name, "email")
	return activity.log_activity(name, medium, summary, happened_on)


@frappe.whitelist()
@reads_arguments
def get_history(name: str) -> dict:
	"""Return the newest audit entries of an opportunity, newest first. Needs read permission on it.

	{"entries": rows of form.history.ENTRY_FIELDS with "full_name" and "changes", "total": count}.
	"""
	require(name)
	return history.get_history(name)


@frappe.whitelist()
@reads_arguments
def explain_access(name: str) -> dict:
	"""Return who sees an opportunity and why. Managers only.

	{"people": [{"user", "full_name", "reasons": [sentence, …], "may_read", "may_write"}, …],
	"managers": [full name, …] (who see every opportunity), "everyone": whether it is shared with everyone}.
	`may_read` is false for someone who has a reason but is disabled, lacks the role or is limited by User Permissions.
	"""
	require_manager()
	require(name)
	return explanation.explain_access(name)


def _move(name: str, status: str, **values: Any) -> dict:
	require_write(name)
	return moves.move(name, status, **values).as_dict()


def _close(name: str, status: str, lost_reasons: list | str, outcome_detail: str | None) -> dict:
	reasons = _read_reasons(lost_reasons) or []
	return _move(name, status, lost_reasons=reasons, outcome_detail=outcome_detail)


def _read_reasons(lost_reasons: list | str | None) -> list[dict] | None:
	if lost_reasons is None:
		return None
	return [{"lost_reason": reason} for reason in read_names(lost_reasons)]
