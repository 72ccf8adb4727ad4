"""Orders that come from a linked quotation: the first one wins the opportunity."""

from frappe.model.document import Document

from crm_pipeline.offers import follow, links, permitted


def before_insert(doc: Document, method: str | None = None) -> None:
	permitted.let_through(doc)


def validate(doc: Document, method: str | None = None) -> None:
	"""An order belongs to the opportunity of its quotations, whatever a caller typed."""
	with links.linking(doc):
		doc.pipeline_opportunity = None
		quotations = {row.get("prevdoc_docname") for row in doc.items} - {None, ""}
		if quotations:
			links.inherit(doc, "Quotation", quotations)


def on_submit(doc: Document, method: str | None = None) -> None:
	follow.follow(doc, is_submission=True)


def on_cancel(doc: Document, method: str | None = None) -> None:
	follow.follow(doc)


def on_update_after_submit(doc: Document, method: str | None = None) -> None:
	follow.follow(doc)
