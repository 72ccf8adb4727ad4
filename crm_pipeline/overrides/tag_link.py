"""Tags: put on an opportunity by who sees it."""

from frappe.model.document import Document

from crm_pipeline.access import companions


def validate(doc: Document, method: str | None = None) -> None:
	companions.validate_reference(doc, doc.document_type, doc.document_name)
