"""Follows: every change of the record is mailed, so only who sees it follows it."""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.access import companions
from crm_pipeline.access.permissions import explain_no_read


def validate(doc: Document, method: str | None = None) -> None:
	if not companions.sees(doc.ref_doctype, doc.ref_docname, doc.user):
		frappe.throw(explain_no_read(doc.ref_docname), frappe.PermissionError, title=_("Not Permitted"))
