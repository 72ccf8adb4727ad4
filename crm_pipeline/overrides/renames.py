"""Masters that are renamed or merged: what says their names follows."""

from frappe.model.document import Document

from crm_pipeline.constants import LOST_REASON_ROW
from crm_pipeline.record import names_of_others


def after_rename(doc: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	if doc.doctype == "Pipeline Product Line":
		names_of_others.follow_product_line(old, new)
	elif doc.doctype == "Pipeline Lost Reason":
		names_of_others.keep_rows_once(LOST_REASON_ROW, "lost_reason", new)
	elif doc.doctype == "User":
		names_of_others.keep_rows_once("Pipeline Region Member", "user", new)
	else:
		names_of_others.follow_party(doc.doctype, new)
