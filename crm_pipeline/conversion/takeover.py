"""Moves a lead's open opportunities to the customer it became, however it became one."""

import frappe

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.record import locking


def move_opportunities(lead: str, customer: str) -> list[str]:
	"""Give the lead's open opportunities to the customer and return their names."""
	filters = {
		"opportunity_from": "Lead",
		"party_name": lead,
		"status": ("in", lifecycle.get_open_statuses()),
	}
	names = frappe.get_all(OPPORTUNITY, filters=filters, pluck="name", order_by="name")
	for name in names:
		doc = locking.get_locked(name)
		doc.update({"opportunity_from": "Customer", "party_name": customer})
		doc.flags.details_by_system = True
		doc.save(ignore_permissions=True)  # reason: follows the lead, whoever converts it
	return names
