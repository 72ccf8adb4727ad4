"""What is written along with a batch of opportunities that close: log entries, to-dos, calendar events, versions.

One by one, a to-do and an event take longer to close than the opportunity. A batch closes them in a few statements and
leaves behind what closing by hand leaves: states, timeline, versions, no assignee, no access by assignment. Where
anybody else acts on saves of a to-do or an event, or an admin changed who closes to-dos, they are closed one by one.
"""

import json
from collections import defaultdict

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname, now

from crm_pipeline import compat
from crm_pipeline.access import shares
from crm_pipeline.audit import log, versions
from crm_pipeline.auto_close.listeners import is_listened_to
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.record import bulk
from crm_pipeline.routing import closes_todos_alone


class Companions:
	"""The open to-dos and events of a batch. Made under the lock of its opportunities, before the first is saved.

	They are set aside at once: the stock engine and the next contact then find nothing left to close.
	"""

	def __init__(self, docs: list[Document]):
		names = [doc.name for doc in docs]
		self.todos = _get_todos(names) if _closes_todos_alike() else {}
		self.events = _get_events(docs) if not is_listened_to("Event") else set()
		self.closed: list[Document] = []
		_set_status("ToDo", self._get_todo_names(docs), "Cancelled")
		_set_status("Event", list(self.events), "Closed")
		for doc in docs:
			doc.flags.is_in_batch = True
			doc.flags.event_is_closed = doc.next_contact_event in self.events

	def put_back(self, doc: Document) -> None:
		"""After an opportunity could not be saved."""
		_set_status("ToDo", self._get_todo_names([doc]), "Open")
		_set_status(
			"Event", [doc.next_contact_event] if doc.next_contact_event in self.events else [], "Open"
		)

	def add(self, doc: Document) -> None:
		"""After an opportunity was saved: its companions are to be closed."""
		self.closed.append(doc)

	def close(self) -> None:
		"""Finish the batch."""
		log.write_entries_of_batch(self.closed)
		todos = [(doc, todo) for doc in self.closed for todo in self.todos.get(doc.name, ())]
		own = [todo.name for doc, todo in todos if todo.allocated_to == doc.sales_engineer]
		_set_status("ToDo", own, "Closed")
		if todos:
			names = sorted({doc.name for doc, _todo in todos})
			_clear_assignees(names)
			shares.end_shares(names)
			bulk.insert_many("Comment", [_get_comment(doc.name, todo.allocated_to) for doc, todo in todos])
		self._add_versions(todos, set(own))

	def _get_todo_names(self, docs: list[Document]) -> list[str]:
		return [todo.name for doc in docs for todo in self.todos.get(doc.name, ())]

	def _add_versions(self, todos: list[tuple], own: set[str]) -> None:
		if compat.is_in_test():
			return  # as the framework does
		rows = [_get_document_version(doc) for doc in self.closed if versions.is_needed(doc)]
		rows += [
			_get_version(
				"ToDo", todo.name, [["status", "Open", "Closed" if todo.name in own else "Cancelled"]]
			)
			for _doc, todo in todos
		]
		rows += [
			_get_version("Event", doc.next_contact_event, [["status", "Open", "Closed"]])
			for doc in self.closed
			if doc.next_contact_event in self.events
		]
		bulk.insert_many("Version", [row for row in rows if row])


def _closes_todos_alike() -> bool:
	"""Tell whether the one stock rule, as this app made it, closes to-dos, and nobody watches."""
	return closes_todos_alone() and not is_listened_to("ToDo")


def _get_todos(names: list[str]) -> dict[str, list]:
	"""Return the open to-dos per opportunity; one with a closed to-do is left to the engine, which takes it up again."""
	todo = frappe.qb.DocType("ToDo")
	query = frappe.qb.from_(todo).select(todo.name, todo.reference_name, todo.allocated_to, todo.status)
	query = query.where((todo.reference_type == OPPORTUNITY) & todo.reference_name.isin(names or [""]))
	todos = defaultdict(list)
	for row in query.where(todo.status != "Cancelled").orderby(todo.name).run(as_dict=True):
		todos[row.reference_name].append(row)
	return {name: rows for name, rows in todos.items() if all(row.status == "Open" for row in rows)}


def _get_events(docs: list[Document]) -> set[str]:
	"""Return the open events that no other calendar knows of."""
	event = frappe.qb.DocType("Event")
	names = [doc.next_contact_event for doc in docs if doc.next_contact_event]
	query = frappe.qb.from_(event).select(event.name).where(event.name.isin(names or [""]))
	return set(query.where((event.status == "Open") & (event.sync_with_google_calendar == 0)).run(pluck=True))


def _set_status(doctype: str, names: list[str], status: str) -> None:
	if not names:
		return
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.update(table).set("status", status).where(table.name.isin(names))
	query.set(table.modified, now()).set(table.modified_by, frappe.session.user).run()


def _clear_assignees(names: list[str]) -> None:
	table = frappe.qb.DocType(OPPORTUNITY)
	frappe.qb.update(table).set("_assign", "").where(table.name.isin(names)).run()


def _get_comment(name: str, user: str) -> dict:
	text = _("Assignment of {0} removed by {1}").format(get_fullname(user), get_fullname(frappe.session.user))
	return {
		"comment_type": "Assignment Completed",
		"comment_email": frappe.session.user,
		"reference_doctype": OPPORTUNITY,
		"reference_name": name,
		"content": text,
	}


def _get_document_version(doc: Document) -> dict | None:
	version = frappe.get_doc({"doctype": "Version"})
	if not version.update_version_info(doc.get_doc_before_save(), doc):
		return None
	return {"ref_doctype": doc.doctype, "docname": doc.name, "data": version.data}


def _get_version(doctype: str, name: str, changed: list) -> dict:
	return {"ref_doctype": doctype, "docname": name, "data": json.dumps({"changed": changed})}
