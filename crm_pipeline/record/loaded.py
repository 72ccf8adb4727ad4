"""A record is saved as the one that was loaded.

REST, `frappe.client` and bulk edits load a record, put what the request says over it and save: with another name, or as
a new one, that would be a copy of a record which the user may not see. The same goes for the rows of its tables.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.refusal import refuse, show


def remember(doc: Document) -> None:
	"""After loading. Flags are out of a request's reach."""
	doc.flags.loaded_as = doc.name
	doc.flags.pop("named", None)


@contextmanager
def explain_missing(doc: Document) -> Iterator[None]:
	"""While a record is loaded: say that there is none of this name. The framework shows the name as it was sent."""
	try:
		yield
	except frappe.DoesNotExistError as error:
		frappe.clear_last_message()
		message = _("There is no opportunity {0}. Look for it in the list.").format(show(doc.name))
		frappe.msgprint(message, title=_("Not Found"), indicator="red")
		error.args = (message,)
		raise


def validate_same_record(doc: Document) -> None:
	"""Refuse to write a loaded record under another name or as a new one."""
	loaded = doc.flags.loaded_as
	if loaded and (doc.is_new() or doc.name != loaded):
		message = _("What was sent does not belong to one record. Leave out {0}, or make a new one.")
		refuse(message, "name, __islocal", exception=frappe.PermissionError)


def make_foreign_rows_new(doc: Document, saved: Document | None) -> None:
	"""A row that the saved record does not have is a new one, whatever name it was sent with."""
	known = {(row.doctype, row.name) for row in saved.get_all_children()} if saved else set()
	for row in doc.get_all_children():
		if not row.is_new() and (row.doctype, row.name) not in known:
			row.name = None
			row.set("__islocal", 1)
