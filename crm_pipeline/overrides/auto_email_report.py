from frappe.model.document import Document

from crm_pipeline.reporting import digest


def validate(doc: Document, method: str | None = None) -> None:
	digest.limit_to_reader(doc)
