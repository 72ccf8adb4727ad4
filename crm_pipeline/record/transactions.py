"""Transactions that the database undoes by itself, because of somebody else.

A deadlock does, and on a newer MariaDB (innodb_snapshot_isolation) so does locking what has changed since the
transaction's first read (error 1020). Both arrive as QueryDeadlockError, and no savepoint is left to return to.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.utils import cint

TRIES = 3
GONE = "savepoint_is_gone"  # mark on an error


@dataclass
class Attempt:
	"""How a part of a transaction went: what it was refused with, None if it was done, and the traceback for a log."""

	error: Exception | None = None
	traceback: str = ""


def is_undone(error: BaseException | None) -> bool:
	"""Tell whether an error, or one that it was raised for, means that the whole transaction is undone."""
	while error and not isinstance(error, frappe.QueryDeadlockError):
		if getattr(error, GONE, False):
			return True
		error = error.__context__
	return error is not None


@contextmanager
def savepoint() -> Iterator[None]:
	"""A part of a transaction: all of it, or nothing and the error that it raised.

	Whoever catches the error asks `is_undone` first: then there is nothing left to go on with. A savepoint that is gone
	hides no error, but counts as undone: somebody in the block has ended the transaction.
	"""
	depth = frappe.flags.crm_pipeline_savepoints = cint(frappe.flags.crm_pipeline_savepoints) + 1
	name = f"part_{depth}"  # a savepoint takes the place of an earlier one of its name
	frappe.db.savepoint(name)
	try:
		yield
	except Exception as error:
		if not is_undone(error):
			_return_to(name, error)
		raise
	finally:
		frappe.flags.crm_pipeline_savepoints = depth - 1


@contextmanager
def attempt(refusals: type[Exception] | tuple[type[Exception], ...] = Exception) -> Iterator[Attempt]:
	"""A part of a transaction whose refusal stops nothing else: it is undone, and the attempt's `error` says why.

	`refusals` are the errors that count as one (by default all); any other, and one that undid the whole transaction, is
	raised. What the desk would have shown of it is forgotten.
	"""
	result, shown = Attempt(), len(frappe.local.message_log)
	try:
		with savepoint():
			yield result
	except refusals as error:  # reason: the caller says what counts
		if is_undone(error):
			raise
		del frappe.local.message_log[shown:]
		result.error, result.traceback = error, frappe.get_traceback()


def run_alone(step: Callable, *arguments: Any, **values: Any) -> Any:
	"""Do a job's step in a transaction of its own, again if somebody else had it undone, and return what it returns.

	For jobs alone: what was written before is committed. What a step raises at last leaves nothing of it behind.
	"""
	for number in range(1, TRIES + 1):
		commit()  # the step's first read is as new as its locks
		try:
			result = step(*arguments, **values)
			commit()
			return result
		except Exception as error:
			frappe.db.rollback()
			if number == TRIES or not is_undone(error):
				raise
			frappe.clear_messages()


def commit() -> None:
	frappe.db.commit()  # reason: jobs in steps, never part of a request


def _return_to(name: str, error: Exception) -> None:
	try:
		frappe.db.rollback(save_point=name)
	except frappe.db.OperationalError:
		setattr(error, GONE, True)
