"""Keeps old entries readable: when a user or lost reason is renamed, its own log says so."""

from frappe.model.document import Document

from crm_pipeline.audit import log


def after_rename(doc: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	log.log_rename(doc.doctype, old, new)
