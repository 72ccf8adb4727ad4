"""What stands around an opportunity (files, comments, mails, events, follows) is left there by who may see it."""

from urllib.parse import unquote

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline import compat
from crm_pipeline.access.permissions import explain_no_read, get_readable, is_manager
from crm_pipeline.constants import AUDIT_LOG, CHILD_TABLES, OPPORTUNITY
from crm_pipeline.refusal import show


def validate_reference(doc: Document, doctype: str | None, name: str | None) -> None:
	"""Refuse what a person leaves on a record of ours that they may not read. What the system writes is not asked for."""
	if not doc.flags.ignore_permissions and not sees(doctype, name):
		frappe.throw(explain_no_read(name), frappe.PermissionError, title=_("Not Permitted"))


def sees(doctype: str | None, name: str | None, user: str | None = None) -> bool:
	"""Tell whether a user may read what a document of the framework refers to, where that is of ours."""
	if doctype in CHILD_TABLES:
		doctype, name = OPPORTUNITY, frappe.db.get_value(doctype, name, "parent")
	if doctype not in (OPPORTUNITY, AUDIT_LOG) or not name or is_manager(user):
		return True
	if not frappe.db.exists(doctype, name):
		return True  # nothing is hidden there
	return bool(frappe.has_permission(doctype, "read", doc=name, user=user))


def has_file_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""A file that is there already is registered again by who may read it: its address alone opens it. Hook has_permission.

	Asked before the framework reads the file, when an upload still differs from an address.
	"""
	if ptype == "create" and doc.get("file_url") and not doc.get("content"):
		validate_file(doc)
	return compat.no_objection()


def validate_file(file: Document) -> None:
	"""Refuse the address of a file of an opportunity (or of its mails) that the user may not read otherwise."""
	if is_manager() or not file.file_url:
		return
	address = {"file_url": unquote(file.file_url), "name": ("!=", file.name or "")}
	files = [frappe.get_doc("File", name) for name in frappe.get_all("File", filters=address, pluck="name")]
	if any(map(_is_hidden, files)) and not any(other.has_permission("read") for other in files):
		message = _("You may not read the file {0}. Upload it, or ask who attached it.")
		frappe.throw(message.format(show(file.file_url)), frappe.PermissionError, title=_("Not Permitted"))


def _is_hidden(file: Document) -> bool:
	"""Tell whether a file is attached to an opportunity that the user doesn't see, or to a mail of one."""
	doctype, name = file.attached_to_doctype, file.attached_to_name
	if doctype == "Communication":
		fields = ["reference_doctype", "reference_name"]
		doctype, name = frappe.db.get_value("Communication", name, fields) or (None, None)
	return doctype == OPPORTUNITY and name not in get_readable([name])


def end_of_former(name: str, former: str) -> None:
	"""Take from a former sales engineer what they gave themselves: shares, and follows, which tell every change."""
	own = {"share_doctype": OPPORTUNITY, "share_name": name, "user": former, "owner": former}
	for share in frappe.get_all("DocShare", filters=own, pluck="name"):
		frappe.delete_doc("DocShare", share, ignore_permissions=True)  # reason: it ends with the assignment
	if not sees(OPPORTUNITY, name, former):
		frappe.db.delete("Document Follow", {"ref_doctype": OPPORTUNITY, "ref_docname": name, "user": former})
