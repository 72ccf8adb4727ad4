"""Auto-close: what it would do, and doing it now."""

import frappe

from crm_pipeline.access.permissions import require_manager
from crm_pipeline.api.parse import reads_arguments
from crm_pipeline.auto_close import plan


@frappe.whitelist()
@reads_arguments
def preview() -> dict:
	"""Return what the job would do today; nothing is changed. Managers only.

	{"is_on", "close": [row, …], "warn": [row, …], "counts": {"close", "warn"}, "kept": [[why, how many], …]}; a row has
	name, title, sales_engineer, awaiting_response_since and closes_on, and at most 200 are shown.
	"""
	require_manager()
	return plan.plan(plan.MOST_SHOWN)


@frappe.whitelist(methods=["POST"])
@reads_arguments
def run_now() -> bool:
	"""Start the job on the long queue; False when it waits or runs there already. Managers only."""
	require_manager()
	return plan.enqueue_job()
