"""Moves a lead's open opportunities to the customer it became, however it became one."""

import frappe
from frappe import _
from pypika.functions import Coalesce, NullIf

from crm_pipeline.audit import log
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.record import locking, transactions
from crm_pipeline.record.contained import contained
from crm_pipeline.refusal import show

TAKE_OVER = "crm_pipeline.conversion.takeover.take_over"
MOVE = "crm_pipeline.conversion.takeover.move"


def take_over(lead: str, customer: str) -> list[str]:
	"""Move the opportunities of a lead that became a customer by ERPNext's own ways, note it, and return their names."""
	moved = move_opportunities(lead, customer)
	log.log_conversion(lead, customer)
	return moved


def move_opportunities(lead: str, customer: str) -> list[str]:
	"""Give the lead's open opportunities to the customer; one that can't follow is named, logged and caught up."""
	filters = {
		"opportunity_from": "Lead",
		"party_name": lead,
		"status": ("in", lifecycle.get_open_statuses()),
	}
	moved = []
	for name in frappe.get_all(OPPORTUNITY, filters=filters, pluck="name", order_by="name"):
		what = _("{0} did not move to customer {1}.").format(name, show(customer))
		with contained(what, MOVE, name=name, customer=customer) as moving:
			move(name, customer)
		if not moving.error:
			moved.append(name)
	return moved


def move(name: str, customer: str) -> None:
	doc = locking.get_locked(name)
	if doc.opportunity_from != "Lead" or lifecycle.is_closed(doc.status):
		return  # somebody was here before
	doc.update({"opportunity_from": "Customer", "party_name": customer})
	doc.flags.details_by_system = True
	doc.save(ignore_permissions=True)  # reason: follows the lead, whoever converts it


def catch_up() -> None:
	"""Daily: move the open opportunities whose leads have become customers since; one that can't stops no other."""
	for name, customer in _find_left_behind():
		try:
			transactions.run_alone(move, name, customer)
		except Exception:  # reason: one bad record stops no other, and is logged
			frappe.log_error(_("{0} did not move to customer {1}.").format(name, customer))
			transactions.commit()


def _find_left_behind() -> list[tuple[str, str]]:
	"""Return (opportunity, customer), the customer that a lead was linked to before the one that was made from it."""
	if not frappe.db.exists("DocType", "Lead"):
		return []
	record, lead, customer = (frappe.qb.DocType(name) for name in (OPPORTUNITY, "Lead", "Customer"))
	became = Coalesce(NullIf(lead.pipeline_customer, ""), customer.name)
	query = frappe.qb.from_(record).join(lead).on(lead.name == record.party_name)
	query = query.left_join(customer).on(customer.lead_name == lead.name)
	query = query.select(record.name, became).where(record.opportunity_from == "Lead")
	query = query.where(record.status.isin(lifecycle.get_open_statuses()) & became.isnotnull())
	return list(dict(query.orderby(record.name, customer.name).run()).items())
