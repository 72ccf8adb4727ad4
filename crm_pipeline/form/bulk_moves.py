"""Moves of many records that take longer than a request may: as a job, one record after the other."""

import frappe
from frappe import _

from crm_pipeline.notices import notice
from crm_pipeline.record import moves, transactions
from crm_pipeline.record.contained import describe, is_refusal

RUN = "crm_pipeline.form.bulk_moves.run"
SIX_HOURS = 6 * 60 * 60


def start(names: list[str], status: str, values: dict) -> int:
	"""Let a job move the records; who asks for it hears the result under the bell. Returns how many."""
	moves.validate_target(status)
	job = {"names": names, "status": status, "values": values}
	frappe.enqueue(RUN, queue="long", timeout=SIX_HOURS, enqueue_after_commit=True, **job)
	return len(names)


def run(names: list[str], status: str, values: dict) -> dict:
	"""The job: each record in a transaction of its own, so that one that fails, or a worker that dies, undoes no other.

	Returns {"changed": [name, …], "refused": [{"name": …, "reason": …}, …]}.
	"""
	result: dict[str, list] = {"changed": [], "refused": []}
	for position, name in enumerate(names, start=1):
		try:
			transactions.run_alone(moves.move, name, status, **values)
			result["changed"].append(name)
		except Exception as error:  # reason: one record stops no other; what is no refusal is logged
			if not is_refusal(error):
				frappe.log_error(_("{0} did not become {1}").format(name, _(status)))
			result["refused"].append({"name": name, "reason": describe(error)})
		frappe.clear_messages()
		frappe.publish_progress(100 * position / len(names), title=_("Changing Opportunities"))
	subject = _("Changed {0}, refused {1}").format(len(result["changed"]), len(result["refused"]))
	notice.tell_of_job(subject, result["refused"])
	return result
