"""Two people at one record: one wins, the other is told who changed it to what."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import format_datetime, get_fullname

from crm_pipeline import compat
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import ConflictError

CONFLICTS = (frappe.QueryDeadlockError, frappe.QueryTimeoutError, frappe.TimestampMismatchError)


@contextmanager
def told_about(name: str | None) -> Iterator[None]:
	"""Turn a deadlock, a lock timeout or an outdated copy of a record into one sentence (ConflictError)."""
	try:
		yield
	except CONFLICTS as error:
		if isinstance(error, frappe.QueryDeadlockError):
			compat.forget_transaction()
		is_outdated = isinstance(error, frappe.TimestampMismatchError)
		if is_outdated:
			frappe.clear_last_message()
		frappe.throw(
			_describe(name, is_locked=is_outdated), ConflictError, title=_("Changed by Somebody Else")
		)


def get_locked(name: str) -> Document:
	"""Load the record locked until the end of the transaction, before any other read of it."""
	with told_about(name):
		return frappe.get_doc(OPPORTUNITY, name, for_update=True)


def hold(*names: str) -> None:
	"""Lock records before anything is written to or beside them.

	The framework itself writes to a record that gets a comment, a to-do or an e-mail: this way whoever meets somebody
	else there hears the one sentence.
	"""
	with told_about(names[0] if len(names) == 1 else None):
		record = frappe.qb.DocType(OPPORTUNITY)
		frappe.qb.from_(record).select(record.name).where(record.name.isin(names or ("",))).orderby(
			record.name
		).for_update().run()


def describe_last_change(record) -> str:
	"""Say who set the current status, and when."""
	return _("It was set to {0} by {1} on {2}.").format(
		_(record.status), get_fullname(record.status_changed_by), format_datetime(record.status_changed_on)
	)


def _describe(name: str | None, is_locked: bool) -> str:
	fields = ["status", "modified", "modified_by"]
	record = name and frappe.db.get_value(OPPORTUNITY, name, fields, as_dict=True, for_update=is_locked)
	if not record:
		return _("Somebody else is changing the same records. Try again in a moment.")
	message = _(
		"{0} was changed by {1} on {2} while you were working on it; it is {3} now. Reload it and try again."
	)
	return message.format(
		name, get_fullname(record.modified_by), format_datetime(record.modified), _(record.status)
	)
