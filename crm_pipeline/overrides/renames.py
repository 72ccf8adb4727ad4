from frappe.model.document import Document

from crm_pipeline.record import names_of_others


def after_rename(doc: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	if doc.doctype == "Pipeline Product Line":
		names_of_others.follow_product_line(old, new)
	else:
		names_of_others.follow_party(doc.doctype, new)
