"""Shares: those that assigning makes of an opportunity are marked (access/shares.py)."""

from frappe.model.document import Document

from crm_pipeline.access import shares


def after_insert(doc: Document, method: str | None = None) -> None:
	shares.mark_if_assigned(doc)


def on_update(doc: Document, method: str | None = None) -> None:
	shares.keep_if_changed(doc)
