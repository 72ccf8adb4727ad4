"""Calendar events: the one of a next contact may be moved in the calendar."""

from frappe.model.document import Document

from crm_pipeline.access import companions
from crm_pipeline.next_contact import event as next_contact


def validate(doc: Document, method: str | None = None) -> None:
	saved = doc.get_doc_before_save()
	known = (
		{(row.reference_doctype, row.reference_docname) for row in saved.event_participants}
		if saved
		else set()
	)
	for row in doc.event_participants:
		if (row.reference_doctype, row.reference_docname) not in known:
			companions.validate_reference(doc, row.reference_doctype, row.reference_docname)


def on_update(doc: Document, method: str | None = None) -> None:
	saved = doc.get_doc_before_save()
	if saved and not doc.flags.follows_opportunity and doc.has_value_changed("starts_on"):
		next_contact.follow_event(doc)
