"""Supplier quotations of an opportunity: their best rates reach its items."""

from frappe.model.document import Document

from crm_pipeline.offers import follow, links, permitted


def before_insert(doc: Document, method: str | None = None) -> None:
	permitted.let_through(doc)


def validate(doc: Document, method: str | None = None) -> None:
	with links.linking(doc):
		_inherit(doc)
		links.keep_link(doc)


def on_submit(doc: Document, method: str | None = None) -> None:
	follow.follow_supplier(doc)


def on_cancel(doc: Document, method: str | None = None) -> None:
	follow.follow_supplier(doc)


def on_update_after_submit(doc: Document, method: str | None = None) -> None:
	follow.follow_supplier(doc)


def _inherit(doc: Document) -> None:
	"""An amendment belongs where the former one did, an answer where the request did."""
	requests = {row.get("request_for_quotation") for row in doc.items} - {None, ""}
	if doc.get("amended_from"):
		links.inherit(doc, "Supplier Quotation", {doc.amended_from})
	elif requests:
		links.inherit(doc, "Request for Quotation", requests)
