"""A lead that was linked to an existing customer stays Converted, though that customer came from another lead."""

from frappe.model.document import Document

from crm_pipeline.conversion.convert import CONVERTED


def validate(doc: Document, method: str | None = None) -> None:
	if doc.get("pipeline_customer"):
		doc.status = CONVERTED
