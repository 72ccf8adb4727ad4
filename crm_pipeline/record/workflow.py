"""A Workflow that an administrator put on the status: it may forbid moves; what a move requires, our rules say."""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.record import intent, locking
from crm_pipeline.refusal import refuse

STATUS = "status"


class UnderWorkflow:
	"""For the controller: the framework asks the Workflow about moves that are its business."""

	def validate_workflow(self):
		if is_asked(self):
			super().validate_workflow()


def apply(name: str, action: str, **values) -> Document:
	"""Carry out an action of the Workflow with what the move asks for. Needs write permission on the record."""
	from frappe.model.workflow import apply_workflow

	doc = locking.get_writable(name)
	if not _get_active(doc):
		message = _(
			"There is no Workflow on the status, so {0} can't be carried out. Set the status instead."
		)
		refuse(message, action)
	intent.give_on_save(doc, values)
	return apply_workflow(doc, action)


def allows(doc: Document, status: str) -> bool:
	"""Tell whether the Workflow, if there is one, lets this user move the saved record to a status."""
	workflow = _get_active(doc)
	if not workflow or not _knows(workflow, doc.status):
		return True
	from frappe.model.workflow import get_transitions

	return any(transition.next_state == status for transition in get_transitions(doc, workflow))


def is_asked(doc: Document) -> bool:
	"""Tell whether a save is the Workflow's business: it knows the saved status, and history was never moved."""
	workflow = _get_active(doc)
	if not workflow:
		return True
	saved = doc.get_doc_before_save()
	return _knows(workflow, saved.status) if saved else not doc.is_history


def _get_active(doc: Document) -> Document | None:
	name = doc.meta.get_workflow()
	workflow = frappe.get_cached_doc("Workflow", name) if name else None
	return workflow if workflow and workflow.workflow_state_field == STATUS else None


def _knows(workflow: Document, status: str) -> bool:
	return any(row.state == status for row in workflow.states)
