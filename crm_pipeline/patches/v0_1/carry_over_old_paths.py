"""Functions have moved to other modules; what a site has stored of the old paths is carried over: cards and waiting jobs."""

import io
import pickle

import frappe
from frappe.utils.background_jobs import get_queues, get_redis_conn
from redis.exceptions import ConnectionError

# only what a record or a waiting job can name
PATHS = {
	"crm_pipeline.crm_pipeline.desk.cards.get_card": "crm_pipeline.api.desk.get_card",
	"crm_pipeline.crm_pipeline.follow_up.correspondence.record_later": "crm_pipeline.correspondence.waiting.record_later",
	"crm_pipeline.crm_pipeline.mail.catch_up.try_again": "crm_pipeline.mail.catch_up.try_again",
	"crm_pipeline.crm_pipeline.routing.hand_over.run": "crm_pipeline.routing.hand_over.run",
}


def execute() -> None:
	for card in frappe.get_all(
		"Number Card", filters={"method": ("in", list(PATHS))}, fields=["name", "method"]
	):
		frappe.db.set_value("Number Card", card.name, "method", PATHS[card.method], update_modified=False)
	try:
		queues = get_queues(get_redis_conn())
		for queue in queues:
			for job in filter(None, map(queue.fetch_job, queue.job_ids)):
				carry_over(job)
	except ConnectionError:
		pass  # nothing waits in a queue that is not there


class OldPaths(pickle.Unpickler):
	"""Reads a job whose function has moved: a path instead of the function, which the worker takes as well."""

	def find_class(self, module: str, name: str) -> object:
		return PATHS.get(f"{module}.{name}") or super().find_class(module, name)


def carry_over(job) -> None:
	"""Let a job of this site name its function by the new path."""
	function, instance, arguments, options = OldPaths(io.BytesIO(job.data)).load()
	method = options.get("method") if options.get("site") == frappe.local.site else None
	moved = PATHS.get(method, method)
	if moved in PATHS.values():
		options = {**options, "method": moved, "job_name": PATHS.get(options.get("job_name"), moved)}
		job.data = pickle.dumps((function, instance, arguments, options))
		job.save()
