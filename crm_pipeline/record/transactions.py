"""Transactions that the database undoes by itself, because of somebody else.

A deadlock does, and on a newer MariaDB (innodb_snapshot_isolation) so does locking what has changed since the
transaction's first read (error 1020). Both arrive as QueryDeadlockError, and no savepoint is left to return to.
"""

from collections.abc import Callable
from typing import Any

import frappe

TRIES = 3


def is_undone(error: BaseException | None) -> bool:
	"""Tell whether an error, or one that it was raised for, means that the whole transaction is undone."""
	while error and not isinstance(error, frappe.QueryDeadlockError):
		error = error.__context__
	return error is not None


def undo(savepoint: str, error: Exception) -> None:
	"""Undo what was done since a savepoint, because of an error; raised again if everything is undone already."""
	if is_undone(error):
		raise error
	frappe.db.rollback(save_point=savepoint)


def run_alone(step: Callable, *arguments: Any, **values: Any) -> Any:
	"""Do a job's step in a transaction of its own, again if somebody else had it undone, and return what it returns.

	For jobs alone: what was written before is committed. What a step raises at last leaves nothing of it behind.
	"""
	for attempt in range(1, TRIES + 1):
		commit()  # the step's first read is as new as its locks
		try:
			result = step(*arguments, **values)
			commit()
			return result
		except Exception as error:
			frappe.db.rollback()
			if attempt == TRIES or not is_undone(error):
				raise
			frappe.clear_messages()


def commit() -> None:
	frappe.db.commit()  # reason: jobs in steps, never part of a request
