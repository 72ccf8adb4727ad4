"""Comments, of which the framework keeps the latest in a field of the record."""

from frappe.model.document import Document

from crm_pipeline.access import companions
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.record import locking


def validate(doc: Document, method: str | None = None) -> None:
	companions.validate_reference(doc, doc.reference_doctype, doc.reference_name)
	if doc.reference_doctype == OPPORTUNITY and doc.comment_type == "Comment":
		locking.hold(doc.reference_name)
