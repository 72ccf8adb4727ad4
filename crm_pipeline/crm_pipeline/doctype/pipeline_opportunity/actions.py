"""The buttons of the form and list, and the same for REST: each moves one record through `save()`.

All need write permission on the record (a manager or its sales engineer), load it locked, and return the saved
document. They raise TransitionError when the lifecycle refuses, ConflictError when somebody else was faster.
"""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.access.permissions import is_manager
from crm_pipeline.domain import lifecycle
from crm_pipeline.exceptions import ClosedRecordError
from crm_pipeline.record import conflict, transactions
from crm_pipeline.refusal import refuse
from crm_pipeline.routing import router


@frappe.whitelist(methods=["POST"])
def make_offer(name: str, offer: str | None = None) -> dict:
	"""Move to Offer Made; `offer` names the Quotation, which may also be linked later."""
	return _move(name, lifecycle.OFFER_MADE, **({"offer": offer} if offer else {}))


@frappe.whitelist(methods=["POST"])
def mark_won(name: str, won_value: float | str, won_currency: str | None = None) -> dict:
	"""Close as Won with its value in `won_currency` (the record's currency by default)."""
	return _move(name, lifecycle.WON, won_value=won_value, won_currency=won_currency)


@frappe.whitelist(methods=["POST"])
def mark_lost(name: str, lost_reasons: list | str, outcome_detail: str | None = None) -> dict:
	"""Close as Lost; `lost_reasons` is a list of Pipeline Lost Reason names, or that list as JSON."""
	return _close(name, lifecycle.LOST, lost_reasons, outcome_detail)


@frappe.whitelist(methods=["POST"])
def mark_rejected(name: str, lost_reasons: list | str, outcome_detail: str | None = None) -> dict:
	"""Close as Rejected; arguments as for `mark_lost`."""
	return _close(name, lifecycle.REJECTED, lost_reasons, outcome_detail)


@frappe.whitelist(methods=["POST"])
def reopen(name: str, reopen_reason: str) -> dict:
	"""Set a closed record back to Open. Managers only."""
	return _move(name, lifecycle.FIRST_STAGE, reopen_reason=reopen_reason)


@frappe.whitelist(methods=["POST"])
def correct(
	name: str,
	correction_reason: str,
	won_value: float | str | None = None,
	lost_reasons: list | str | None = None,
	outcome_detail: str | None = None,
) -> dict:
	"""Correct the won value or the reasons of a closed record without reopening it. Managers only, audited."""
	doc = _get_locked(name)
	if not is_manager():
		refuse(
			_("Only a manager may correct {0}. Ask a Sales Manager."), name, exception=frappe.PermissionError
		)
	if not lifecycle.is_closed(doc.status):
		refuse(
			_("{0} is {1}: only a closed record is corrected. Edit it instead."),
			name,
			doc.status,
			exception=ClosedRecordError,
		)
	if not correction_reason.strip():
		refuse(_("The reason is missing. Say why {0} is corrected."), name, exception=ClosedRecordError)
	doc.flags.correction = True
	doc.flags.audit_reason = correction_reason
	values = {
		"won_value": won_value,
		"outcome_detail": outcome_detail,
		"lost_reasons": _get_rows(lost_reasons),
	}
	doc.update({fieldname: value for fieldname, value in values.items() if value is not None})
	return doc.save().as_dict()


@frappe.whitelist(methods=["POST"])
def route_again(name: str) -> dict:
	"""Let the region choose the sales engineer of an open record anew. Managers only."""
	doc = _get_locked(name)
	if not is_manager():
		refuse(_("Only a manager may route {0} again."), name, exception=frappe.PermissionError)
	router.route(doc)
	return doc.save().as_dict()


@frappe.whitelist(methods=["POST"])
def close_many(
	names: list | str, status: str, lost_reasons: list | str | None = None, outcome_detail: str | None = None
) -> dict:
	"""Move many records to Offer Made, Lost or Rejected; one that is refused does not stop the others.

	Returns {"changed": [name, …], "refused": [{"name": …, "reason": …}, …]}.
	"""
	values = {"lost_reasons": _get_rows(lost_reasons), "outcome_detail": outcome_detail}
	values = {fieldname: value for fieldname, value in values.items() if value}
	result: dict[str, list] = {"changed": [], "refused": []}
	names = sorted(set(_get_names(names)))
	conflict.hold(*names)  # who meets somebody else meets them here, before anything is moved
	for name in names:
		reason = _try_move(name, status, values)
		if reason is None:
			result["changed"].append(name)
		else:
			result["refused"].append({"name": name, "reason": reason})
		frappe.publish_progress(
			100 * (len(result["changed"]) + len(result["refused"])) / len(names),
			title=_("Changing Opportunities"),
		)
	return result


def _try_move(name: str, status: str, values: dict) -> str | None:
	"""Move one record inside a savepoint; return why it was refused, or None."""
	frappe.db.savepoint("close_many")
	try:
		doc = _get_locked(name)
		if doc.status == status:
			refuse(_("{0} is already {1}."), name, _(status))
		doc.update({"status": status, **values}).save()
	except (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError) as error:
		if frappe.message_log:
			frappe.clear_last_message()
		transactions.undo("close_many", error)
		return str(error)
	return None


def _close(name: str, status: str, lost_reasons: list | str, outcome_detail: str | None) -> dict:
	return _move(name, status, lost_reasons=_get_rows(lost_reasons) or [], outcome_detail=outcome_detail)


def _move(name: str, status: str, **values: Any) -> dict:
	doc = _get_locked(name)
	doc.update({"status": status, **values})
	return doc.save().as_dict()


def _get_locked(name: str) -> Document:
	doc = conflict.get_locked(name)
	doc.check_permission("write")
	return doc


def _get_rows(lost_reasons: list | str | None) -> list[dict] | None:
	if lost_reasons is None:
		return None
	return [{"lost_reason": reason} for reason in dict.fromkeys(_get_names(lost_reasons))]


def _get_names(value: list | str) -> list[str]:
	"""Return the names that a list, a JSON list or one plain name stands for."""
	names = [value] if isinstance(value, str) else value
	if isinstance(value, str) and value.lstrip().startswith("["):
		names = frappe.parse_json(value)
	if not all(isinstance(name, str) and name for name in names):
		refuse(_("{0} is no list of names. Send a list like {1}."), value, '["…", "…"]')
	return names
