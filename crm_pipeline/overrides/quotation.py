"""Quotations of an opportunity: linked to it, followed by it."""

from frappe import _
from frappe.model.document import Document

from crm_pipeline.offers import follow, links, margins, permitted
from crm_pipeline.record.contained import contained


def before_insert(doc: Document, method: str | None = None) -> None:
	permitted.let_through(doc)


def validate(doc: Document, method: str | None = None) -> None:
	with links.linking(doc):
		if doc.get("amended_from"):
			links.inherit(doc, "Quotation", {doc.amended_from})
		links.keep_link(doc)
		if doc.get("pipeline_opportunity"):
			margins.warn(doc)


def onload(doc: Document, method: str | None = None) -> None:
	with contained(_("The margins of {0} are not shown.").format(doc.name)):
		margins.show_on_form(doc)


def before_submit(doc: Document, method: str | None = None) -> None:
	margins.validate_submission(doc)


def on_update(doc: Document, method: str | None = None) -> None:
	margins.ask_manager(doc)


def on_submit(doc: Document, method: str | None = None) -> None:
	follow.follow(doc, is_submission=True)


def on_cancel(doc: Document, method: str | None = None) -> None:
	follow.follow(doc)


def on_update_after_submit(doc: Document, method: str | None = None) -> None:
	"""ERPNext's "Set as Lost" ends in such an update, after it wrote the status."""
	follow.follow(doc)
