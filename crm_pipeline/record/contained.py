"""Nothing of ours stops a document of somebody else's: what can't follow it is named, logged and done later."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import frappe
from frappe import _

from crm_pipeline.exceptions import ConflictError
from crm_pipeline.record import transactions
from crm_pipeline.record.conflict import CONFLICTS, explain_conflict

RUN_AGAIN = "crm_pipeline.record.contained.run_again"


@contextmanager
def contained(
	what: str, again: str | None = None, tell: Callable[[str], None] | None = None, **arguments: Any
) -> Iterator[transactions.Attempt]:
	"""What follows a document of somebody else's: done with it, or undone, told, logged and tried again by itself.

	`what` is the sentence that says what did not happen, `again` the dotted path of a function that does it later, `tell`
	shows the sentence in another way. If the database has undone the whole transaction, there is no document left to save:
	then one sentence says to try again.
	"""
	with explain_conflict(None), transactions.attempt() as attempt:
		yield attempt
	if attempt.error:
		frappe.log_error(what, attempt.traceback)
		will_be_done = bool(again) and not is_refusal(attempt.error)
		why = _("It is tried again in a moment.") if will_be_done else describe(attempt.error)
		(tell or _show)(f"{what} {why}")
		if will_be_done:
			job = {"step": again, "what": what, "arguments": arguments}
			frappe.enqueue(RUN_AGAIN, queue="short", enqueue_after_commit=True, **job)


def run_again(step: str, what: str, arguments: dict) -> None:
	"""The job: do what could not be done with the document, in a transaction of its own."""
	try:
		transactions.run_alone(frappe.get_attr(step), **arguments)
	except Exception:  # reason: it is nobody's request; the log says what is left to do
		frappe.log_error(what)
		transactions.commit()


def is_refusal(error: Exception) -> bool:
	"""Tell whether a rule said no, which it would say again; whoever met somebody else may try once more."""
	is_conflict = isinstance(error, (*CONFLICTS, ConflictError))
	return isinstance(error, (frappe.ValidationError, frappe.PermissionError)) and not is_conflict


def describe(error: Exception) -> str:
	"""Return why in a sentence: a refusal has its own, escaped by whoever raised it; the Error Log has the rest."""
	is_sentence = isinstance(error, (frappe.ValidationError, frappe.PermissionError)) and str(error)
	return str(error) if is_sentence else _("See the Error Log.")


def _show(text: str) -> None:
	frappe.msgprint(text, indicator="orange")
