"""Moves of many records that take longer than a request may: as a job, one record after the other."""

import frappe
from frappe import _

from crm_pipeline.notices import notice
from crm_pipeline.record import moves, one_by_one

RUN = "crm_pipeline.form.bulk_moves.run"


def start(names: list[str], status: str, values: dict) -> int:
	"""Let a job move the records; who asks for it hears the result under the bell. Returns how many."""
	moves.validate_target(status)
	job = {"names": names, "status": status, "values": values}
	frappe.enqueue(RUN, queue="long", timeout=one_by_one.SIX_HOURS, enqueue_after_commit=True, **job)
	return len(names)


def run(names: list[str], status: str, values: dict) -> dict:
	"""The job. Returns {"changed": [name, …], "refused": [{"name": …, "reason": …}, …]}."""

	def move(name: str) -> object:
		return moves.move(name, status, **values)

	changed, refused = one_by_one.run(names, move, _("Changing Opportunities"))
	notice.tell_of_job(_("Changed {0}, refused {1}").format(len(changed), len(refused)), refused)
	return {"changed": changed, "refused": refused}
