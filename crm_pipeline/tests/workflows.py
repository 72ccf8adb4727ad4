"""Makes a Workflow on opportunities, as an administrator would."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.model.document import Document

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests import factories
from crm_pipeline.tests.base import forget_cached_documents

NAME = "Cast Workflow"
STATES = ("Open", "Offer Made", "Won", "Lost", "Rejected")
# from, action, to, who
MOVES = (
	("Open", "Offer", "Offer Made", "All"),
	("Open", "Give Up", "Lost", "All"),
	("Offer Made", "Win", "Won", "Sales Manager"),
	("Offer Made", "Give Up", "Lost", "All"),
	("Won", "Begin Again", "Open", "Sales Manager"),
	("Lost", "Begin Again", "Open", "Sales Manager"),
)


def make_workflow(field: str = "status", names=STATES, moves=MOVES, **overrides) -> Document:
	_make_masters("Workflow State", "workflow_state_name", names)
	_make_masters(
		"Workflow Action Master", "workflow_action_name", {action for _from, action, _to, _role in moves}
	)
	values = {
		"workflow_name": NAME,
		"document_type": OPPORTUNITY,
		"workflow_state_field": field,
		"is_active": 1,
		"states": [{"state": state, "doc_status": "0", "allow_edit": "All"} for state in names],
		"transitions": [
			{
				"state": before,
				"action": action,
				"next_state": after,
				"allowed": role,
				"allow_self_approval": 1,
			}
			for before, action, after, role in moves
		],
	}
	made = factories.make("Workflow", **{**values, **overrides})
	forget_workflow()
	return made


@contextmanager
def committed_workflow() -> Iterator[None]:
	made = make_workflow()
	frappe.db.commit()
	try:
		yield
	finally:
		frappe.delete_doc("Workflow", made.name, force=True, ignore_permissions=True)
		frappe.db.commit()
		forget_workflow()


def forget_workflow() -> None:
	"""A savepoint that is rolled back clears no cache."""
	frappe.cache.hdel("workflow", OPPORTUNITY)
	frappe.clear_cache(doctype=OPPORTUNITY)
	forget_cached_documents()


def _make_masters(doctype: str, fieldname: str, names) -> None:
	for name in names:
		if not frappe.db.exists(doctype, name):
			factories.make(doctype, **{fieldname: name})
