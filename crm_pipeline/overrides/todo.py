"""To-dos on opportunities: they give helpers access while they are open."""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline import compat
from crm_pipeline.access import companions, shares
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.record import locking
from crm_pipeline.record.one_save import is_assigning
from crm_pipeline.refusal import refuse

ACCESS_FIELDS = ("status", "allocated_to", "reference_type", "reference_name")


def validate(doc: Document, method: str | None = None) -> None:
	if doc.is_new() and doc.reference_type == AUDIT_LOG:
		companions.validate_reference(doc, doc.reference_type, doc.reference_name)
	if doc.reference_type == OPPORTUNITY:
		validate_assigner(doc)
		validate_ending(doc)
		if not _is_own_save(doc):
			locking.hold(doc.reference_name)
		end_for_good(doc)
		leave_rule(doc)


def validate_assigner(doc: Document) -> None:
	"""An open to-do gives its user access: only who may write the opportunity, or its own save, makes one.

	The sales engineer has access anyway, so whoever sees the opportunity may ask something of them.
	"""
	saved = doc.get_doc_before_save()
	changed = not saved or any(doc.get(fieldname) != saved.get(fieldname) for fieldname in ACCESS_FIELDS)
	if not saved and doc.status != "Open":
		companions.validate_reference(doc, doc.reference_type, doc.reference_name)
	if doc.status != "Open" or not changed or is_assigning(doc.reference_name):
		return
	is_for_engineer = (
		frappe.db.get_value(OPPORTUNITY, doc.reference_name, "sales_engineer") == doc.allocated_to
	)
	if is_for_engineer and (doc.flags.ignore_permissions or companions.sees(OPPORTUNITY, doc.reference_name)):
		return
	if not frappe.has_permission(OPPORTUNITY, "write", doc=doc.reference_name):
		message = _("Only the sales engineer or a manager may assign {0} to somebody.")
		refuse(message, doc.reference_name, exception=frappe.PermissionError)


def validate_ending(doc: Document) -> None:
	"""Who doesn't see the opportunity ends nobody else's to-do on it: version 15 asks nobody who removes one."""
	saved = doc.get_doc_before_save()
	if not saved or saved.status != "Open" or doc.status == "Open":
		return
	is_concerned = frappe.session.user in (saved.allocated_to, saved.assigned_by)
	if is_concerned or _is_own_save(doc) or not frappe.db.exists(OPPORTUNITY, doc.reference_name):
		return
	if not frappe.has_permission(OPPORTUNITY, "read", doc=doc.reference_name):
		message = _("Only who sees {0} may end a to-do on it.")
		refuse(message, doc.reference_name, exception=frappe.PermissionError)


def end_for_good(doc: Document) -> None:
	"""A to-do that is over stays over.

	The stock engine closes every to-do of a closed record, cancelled ones too, and reopens every closed one at
	the next save of an open record. It leaves cancelled ones alone, so only the sales engineer's own to-do is
	ever Closed, and only while the opportunity is.
	"""
	if doc.status == "Closed" and not _may_be_reopened(doc):
		doc.status = "Cancelled"


def leave_rule(doc: Document) -> None:
	"""A to-do that a person gives to somebody else is no longer the rule's: see access/grants.py."""
	saved = doc.get_doc_before_save()
	if saved and saved.allocated_to != doc.allocated_to:
		doc.assignment_rule = None


def on_update(doc: Document, method: str | None = None) -> None:
	if doc.reference_type == OPPORTUNITY and doc.status != "Open":
		shares.end_shares([doc.reference_name], doc.allocated_to)


def on_trash(doc: Document, method: str | None = None) -> None:
	if doc.reference_type == OPPORTUNITY:
		shares.end_shares([doc.reference_name], doc.allocated_to)


def _is_own_save(doc: Document) -> bool:
	"""Tell whether the opportunity itself is being saved, which holds it."""
	return compat.is_being_saved(OPPORTUNITY, doc.reference_name)


def _may_be_reopened(doc: Document) -> bool:
	saved = doc.get_doc_before_save()
	if saved and saved.status == "Cancelled":
		return False
	record = frappe.db.get_value(OPPORTUNITY, doc.reference_name, ["status", "sales_engineer"], as_dict=True)
	return bool(record) and lifecycle.is_closed(record.status) and record.sales_engineer == doc.allocated_to
