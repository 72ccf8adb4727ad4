"""E-mails that the framework could not bring in."""

from frappe.model.document import Document

from crm_pipeline.mail import catch_up


def after_insert(doc: Document, method: str | None = None) -> None:
	catch_up.try_again_later(doc)
