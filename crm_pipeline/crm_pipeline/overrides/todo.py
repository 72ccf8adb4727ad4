"""To-dos on opportunities: they give helpers access while they are open."""

import frappe
from frappe.model.document import Document

from crm_pipeline.crm_pipeline.domain import lifecycle
from crm_pipeline.crm_pipeline.overrides import docshare

OPPORTUNITY = "Pipeline Opportunity"


def validate(doc: Document, method: str | None = None) -> None:
	"""A to-do that is over stays over.

	The stock engine closes every to-do of a closed record, cancelled ones too, and reopens every closed one at
	the next save of an open record. It leaves cancelled ones alone, so only the sales engineer's own to-do is
	ever Closed, and only while the opportunity is.
	"""
	if doc.reference_type == OPPORTUNITY and doc.status == "Closed" and not _may_be_reopened(doc):
		doc.status = "Cancelled"


def on_update(doc: Document, method: str | None = None) -> None:
	if doc.reference_type == OPPORTUNITY and doc.status != "Open":
		docshare.end_access(doc.reference_name, doc.allocated_to)


def on_trash(doc: Document, method: str | None = None) -> None:
	if doc.reference_type == OPPORTUNITY:
		docshare.end_access(doc.reference_name, doc.allocated_to)


def _may_be_reopened(doc: Document) -> bool:
	saved = doc.get_doc_before_save()
	if saved and saved.status == "Cancelled":
		return False
	record = frappe.db.get_value(OPPORTUNITY, doc.reference_name, ["status", "sales_engineer"], as_dict=True)
	return bool(record) and lifecycle.is_closed(record.status) and record.sales_engineer == doc.allocated_to
