"""A lead that was linked to an existing customer stays Converted, though that customer came from another lead."""

from frappe.model.document import Document

from crm_pipeline.conversion.convert import CONVERTED
from crm_pipeline.record import names_of_others


def validate(doc: Document, method: str | None = None) -> None:
	if doc.get("pipeline_customer"):
		doc.status = CONVERTED


def on_update(doc: Document, method: str | None = None) -> None:
	if not doc.is_new() and doc.has_value_changed("title"):
		names_of_others.follow_renaming(doc)
