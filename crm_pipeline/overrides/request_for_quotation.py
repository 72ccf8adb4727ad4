"""Requests for quotation of an opportunity: their answers belong to it too."""

from frappe.model.document import Document

from crm_pipeline.offers import links, permitted


def before_insert(doc: Document, method: str | None = None) -> None:
	permitted.let_through(doc)


def validate(doc: Document, method: str | None = None) -> None:
	with links.linking(doc):
		if doc.get("amended_from"):
			links.inherit(doc, "Request for Quotation", {doc.amended_from})
		links.keep_link(doc)
