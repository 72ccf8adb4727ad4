"""Two people at one record: one wins, the other is told who changed it to what."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.utils import format_datetime, get_fullname

from crm_pipeline import compat
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import ConflictError

CONFLICTS = (frappe.QueryDeadlockError, frappe.QueryTimeoutError, frappe.TimestampMismatchError)


# while what runs is explained to somebody who may know of the record
EXPLAINED = "crm_pipeline_explained"


@contextmanager
def explain_loading() -> Iterator[None]:
	"""For a load by the framework, which locks before it asks who it is for: say that others are at work, not who."""
	if frappe.flags.get(EXPLAINED):
		yield
	else:
		with explain_conflict(None):
			yield


@contextmanager
def explain_conflict(name: str | None) -> Iterator[None]:
	"""Turn a deadlock, a lock timeout or an outdated copy of a record into one sentence (ConflictError)."""
	outer = frappe.flags.get(EXPLAINED)
	frappe.flags[EXPLAINED] = True
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
	finally:
		frappe.flags[EXPLAINED] = outer


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
