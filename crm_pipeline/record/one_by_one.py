"""Jobs over many records: each in a transaction of its own, so that one that fails, or a worker that dies, undoes no other."""

from collections.abc import Callable

import frappe

from crm_pipeline.exceptions import ConflictError
from crm_pipeline.record import transactions
from crm_pipeline.record.contained import describe, is_refusal

SIX_HOURS = 6 * 60 * 60  # what a job may take


def run(names: list[str], step: Callable[[str], object], title: str) -> tuple[list[str], list[dict]]:
	"""Take a step for each record; what somebody else holds is tried once more at the end.

	Returns the names for which the step answered something, and {"name", "reason"} of those that stayed as they were.
	"""
	done: list[str] = []
	refused: dict[str, str] = {}
	held = _try_each(names, step, title, done, refused)
	refused |= _try_each(list(held), step, title, done, refused)
	return done, [{"name": name, "reason": reason} for name, reason in sorted(refused.items())]


def _try_each(
	names: list[str], step: Callable, title: str, done: list[str], refused: dict[str, str]
) -> dict[str, str]:
	"""Return those that somebody else held, each with the sentence that says so."""
	held = {}
	for position, name in enumerate(names, start=1):
		try:
			if transactions.run_alone(step, name):
				done.append(name)
		except ConflictError as error:
			held[name] = str(error)
		except Exception as error:  # reason: one record stops no other; what is no refusal is logged
			if not is_refusal(error):
				frappe.log_error(f"{title}: {name}")
			refused[name] = describe(error)
		frappe.clear_messages()
		frappe.publish_progress(100 * position / len(names), title=title)
	return held
