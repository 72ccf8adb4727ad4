"""Masters that are renamed or merged: what says their names follows."""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.constants import LOST_REASON_ROW
from crm_pipeline.domain.fields import PARTY_FIELDS
from crm_pipeline.record import names_of_others
from crm_pipeline.record.contained import contained

FOLLOW = "crm_pipeline.overrides.renames.follow"

# what names a user in its rows: table → field, and what tells two rows of one user apart
ROWS_OF_USERS = {
	"Pipeline Region Member": ("user", ()),
	"Pipeline Integration User": ("user", ()),
	"Pipeline Sales Target": ("sales_engineer", ("year", "quarter", "company")),
}


def before_rename(doc: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	"""Of two users that become one, the one who stays keeps what is their own: a place in a region, a target."""
	if not merge:
		return
	with contained(_("Rows of {0} and {1} stand beside each other now.").format(old, new)):
		dropped = {
			doctype: names_of_others.drop_rows_doubled_by(doctype, fieldname, old, new, key)
			for doctype, (fieldname, key) in ROWS_OF_USERS.items()
		}
		if count := dropped["Pipeline Sales Target"]:
			message = _("{0} sales targets of {1} were dropped: {2} has own ones for the same quarters.")
			frappe.msgprint(message.format(count, old, new), indicator="orange")


def after_rename(doc: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	what = _("Opportunities did not follow the new name of {0}.").format(new)
	with contained(what, FOLLOW, doctype=doc.doctype, old=old, new=new):
		follow(doc.doctype, old, new)


def follow(doctype: str, old: str, new: str) -> None:
	if doctype == "Pipeline Product Line":
		names_of_others.follow_product_line(old, new)
	elif doctype == "Pipeline Lost Reason":
		names_of_others.keep_rows_once(LOST_REASON_ROW, "lost_reason", new)
	elif doctype in PARTY_FIELDS:
		names_of_others.follow_party(doctype, new)
