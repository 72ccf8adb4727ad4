"""Requests for quotation of an opportunity: their answers belong to it too."""

from frappe.model.document import Document

from crm_pipeline.offers import links


def validate(doc: Document, method: str | None = None) -> None:
	with links.linking(doc):
		if doc.get("amended_from"):
			links.inherit(doc, "Request for Quotation", {doc.amended_from})
		links.keep_link(doc)
