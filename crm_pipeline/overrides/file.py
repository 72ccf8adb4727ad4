"""Files: their address opens them, so it is as hidden as the opportunity they are attached to."""

from frappe.model.document import Document

from crm_pipeline.access import companions


def validate(doc: Document, method: str | None = None) -> None:
	if doc.has_value_changed("attached_to_name"):
		companions.validate_reference(doc, doc.attached_to_doctype, doc.attached_to_name)
	companions.validate_move(doc)
	is_sent_on = doc.is_new() and doc.flags.ignore_permissions and doc.attached_to_doctype == "Communication"
	if is_sent_on or (not doc.is_new() and doc.has_value_changed("file_url")):
		companions.validate_file(doc)
