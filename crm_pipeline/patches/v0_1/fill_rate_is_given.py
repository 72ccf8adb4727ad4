import frappe

from crm_pipeline.constants import ITEM_ROW


def execute() -> None:
	"""A rate of 0 that was stored before says nothing; any other was given."""
	item = frappe.qb.DocType(ITEM_ROW)
	frappe.qb.update(item).set(item.rate_is_given, 1).where(item.rate > 0).run()
