"""Workflows of administrators on opportunities: a status means what it means here."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.record.workflow import STATUS
from crm_pipeline.refusal import list_choices, refuse, show


def validate(doc: Document, method: str | None = None) -> None:
	if doc.document_type != OPPORTUNITY:
		return
	validate_never_submitted(doc)
	validate_field(doc)
	if doc.workflow_state_field == STATUS:
		validate_states(doc)
		warn_of_refused_moves(doc)


def validate_never_submitted(doc: Document) -> None:
	for row in doc.states:
		if cint(row.doc_status):
			message = _("Row {0}: state {1} has Doc Status {2}. An opportunity is never submitted: choose 0.")
			refuse(message, row.idx, row.state, row.doc_status)


def validate_field(doc: Document) -> None:
	"""The framework fills the field of every record with the first state, past all rules: one of ours is not for that."""
	df = frappe.get_meta(OPPORTUNITY).get_field(doc.workflow_state_field)
	if df and doc.workflow_state_field != STATUS and not df.get("is_custom_field"):
		message = _(
			"Workflow State Field can't be {0}, which holds something else. Choose status or a field of your own."
		)
		refuse(message, doc.workflow_state_field)


def validate_states(doc: Document) -> None:
	"""The states are statuses, and a new record starts in the first one."""
	for row in doc.states:
		if row.state not in lifecycle.STAGES:
			message = _("Row {0}: {1} is no status of an opportunity. Choose one of {2}.")
			refuse(message, row.idx, row.state, list_choices(lifecycle.STAGES))
	if doc.states and doc.states[0].state != lifecycle.FIRST_STAGE:
		message = _("The first state is {0}. A new opportunity starts as {1}: put that into the first row.")
		refuse(message, doc.states[0].state, lifecycle.FIRST_STAGE)


def warn_of_refused_moves(doc: Document) -> None:
	"""Name the transitions that the lifecycle will refuse, whoever tries them."""
	lines = []
	for row in doc.transitions:
		if row.state in lifecycle.STAGES and not lifecycle.is_allowed(row.state, row.next_state):
			text = _("Row {0}: {1} cannot go to {2}. Allowed next: {3}.")
			allowed = ", ".join(_(status) for status in lifecycle.STAGES[row.state].allowed_next)
			ends = [show(_(status)) for status in (row.state, row.next_state)]
			lines.append(text.format(row.idx, *ends, allowed))
	if lines:
		frappe.msgprint("<br>".join(lines), title=_("Moves That Will Be Refused"), indicator="orange")
