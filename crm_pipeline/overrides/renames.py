"""Masters that are renamed or merged: what says their names follows."""

from frappe import _
from frappe.model.document import Document

from crm_pipeline.constants import LOST_REASON_ROW
from crm_pipeline.record import names_of_others
from crm_pipeline.record.contained import contained

FOLLOW = "crm_pipeline.overrides.renames.follow"


def after_rename(doc: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	what = _("Opportunities did not follow the new name of {0}.").format(new)
	with contained(what, FOLLOW, doctype=doc.doctype, old=old, new=new):
		follow(doc.doctype, old, new)


def follow(doctype: str, old: str, new: str) -> None:
	if doctype == "Pipeline Product Line":
		names_of_others.follow_product_line(old, new)
	elif doctype == "Pipeline Lost Reason":
		names_of_others.keep_rows_once(LOST_REASON_ROW, "lost_reason", new)
	elif doctype == "User":
		names_of_others.keep_rows_once("Pipeline Region Member", "user", new)
	else:
		names_of_others.follow_party(doctype, new)
