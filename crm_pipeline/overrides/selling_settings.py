"""ERPNext's Selling Settings hold the days until auto-close as well."""

from frappe.model.document import Document

from crm_pipeline.auto_close import selling_settings


def on_update(doc: Document, method: str | None = None) -> None:
	selling_settings.take_over(doc)
