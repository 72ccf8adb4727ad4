"""What a stage asks for before a record may enter it."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, flt

from crm_pipeline.access.permissions import is_manager
from crm_pipeline.constants import LOST_REASON, SETTINGS
from crm_pipeline.domain import lifecycle
from crm_pipeline.domain.text import is_blank
from crm_pipeline.exceptions import TransitionError
from crm_pipeline.record.changes import has_changed
from crm_pipeline.refusal import get_label, refuse

FILLED_IN = frozenset({"won_currency"})  # a form brings it along, so it is no mistake


def validate_reopening(doc: Document) -> None:
	if not is_manager():
		message = _("Only a manager may reopen {0}. Ask a Sales Manager.")
		refuse(message, doc.name, exception=frappe.PermissionError)
	if is_blank(cstr(doc.reopen_reason)):
		refuse(
			_("{0} is missing. Say why {1} is reopened."),
			get_label(doc, "reopen_reason"),
			doc.name,
			exception=TransitionError,
		)


def validate_outcome(doc: Document) -> None:
	"""Ask a closing stage for what it requires."""
	outcome = lifecycle.STAGES[doc.status].outcome
	if outcome is lifecycle.Outcome.WON:
		_validate_won(doc)
	elif outcome is lifecycle.Outcome.NOT_WON:
		_validate_lost_reasons(doc)


def validate_foreign_outcome(doc: Document) -> None:
	"""An outcome field that does not belong to the status is a mistake when typed."""
	for fieldname in sorted(lifecycle.get_foreign_outcome_fields(doc.status) - FILLED_IN):
		if doc.get(fieldname):
			refuse(
				_("{0} does not belong to status {1}. Leave it empty."),
				get_label(doc, fieldname),
				doc.status,
				exception=TransitionError,
			)


def clear_foreign_outcome(doc: Document) -> None:
	"""Drop what nobody typed and the status has no use for."""
	for fieldname in lifecycle.get_foreign_outcome_fields(doc.status) & FILLED_IN:
		doc.set(fieldname, None)


def keep_reasons_once(doc: Document) -> None:
	"""A lost reason that is given twice counts once."""
	given = set()
	for row in list(doc.lost_reasons):
		name = frappe.db.exists(LOST_REASON, row.lost_reason, cache=True) or row.lost_reason
		if name in given:
			doc.remove(row)
		given.add(name)


def _validate_won(doc: Document) -> None:
	_validate_customer(doc)
	may_be_free = frappe.get_cached_doc(SETTINGS).allow_zero_won_value
	if flt(doc.won_value) <= 0 and not (may_be_free and doc.won_value not in (None, "")):
		message = _(
			"{0} is {1}. A won opportunity needs more than 0, or the setting that allows free-of-charge wins."
		)
		refuse(message, get_label(doc, "won_value"), doc.won_value or 0, exception=TransitionError)


def _validate_customer(doc: Document) -> None:
	"""A deal is won with a customer who is there; a closed one that is corrected keeps the one it was won with."""
	if has_changed(doc, "status") and not frappe.db.exists(doc.opportunity_from, doc.party_name, cache=True):
		message = _("{0} {1} of {2} does not exist any more. Choose the customer it is won with.")
		values = (_(doc.opportunity_from), doc.party_name, doc.name)
		refuse(message, *values, exception=TransitionError)
	if not doc.customer:
		refuse(
			_("{0} is for the lead {1}. Convert the lead to a customer first."),
			doc.name,
			doc.party_name,
			exception=TransitionError,
		)


def _validate_lost_reasons(doc: Document) -> None:
	if not doc.lost_reasons:
		refuse(
			_("{0} needs at least one lost reason to become {1}."),
			doc.name,
			doc.status,
			exception=TransitionError,
		)
	saved = doc.get_doc_before_save()
	known = {row.lost_reason for row in saved.lost_reasons} if saved else set()
	for row in doc.lost_reasons:
		if not row.lost_reason:
			refuse(_("{0} is missing. Choose one."), get_label(row, "lost_reason"), exception=TransitionError)
		if not frappe.db.exists(LOST_REASON, row.lost_reason, cache=True):
			continue  # gone since; a new one was looked for with the other links
		reason = frappe.get_cached_doc(LOST_REASON, row.lost_reason)
		if not lifecycle.reason_applies(reason.applies_to, doc.status):
			message = _("Lost reason {0} applies to {1}, not to {2}. Choose another one.")
			refuse(message, reason.name, reason.applies_to, doc.status, exception=TransitionError)
		if reason.disabled and reason.name not in known and not doc.is_history:
			refuse(
				_("Lost reason {0} is disabled. Choose another one."), reason.name, exception=TransitionError
			)
		if reason.needs_detail and is_blank(cstr(doc.outcome_detail)):
			refuse(
				_("Lost reason {0} needs an {1}. Say what happened."),
				reason.name,
				get_label(doc, "outcome_detail"),
				exception=TransitionError,
			)
