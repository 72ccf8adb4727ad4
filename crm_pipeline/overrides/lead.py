"""A lead that was linked to an existing customer stays Converted, though that customer came from another lead."""

from frappe.model.document import Document

from crm_pipeline.conversion import known_customer
from crm_pipeline.conversion.convert import CONVERTED
from crm_pipeline.record import names_of_others


def onload(doc: Document, method: str | None = None) -> None:
	"""ERPNext offers no second customer where it knows of one; it looks at the customer's own lead alone."""
	if customer := known_customer.get_customer(doc.name):
		doc.set_onload("is_customer", customer)


def validate(doc: Document, method: str | None = None) -> None:
	if doc.get("pipeline_customer"):
		doc.status = CONVERTED


def on_update(doc: Document, method: str | None = None) -> None:
	if not doc.is_new() and doc.has_value_changed("title"):
		names_of_others.follow_renaming(doc)
