"""What stands around an opportunity (files, comments, mails, events, follows) is left there by who may see it."""

from typing import NamedTuple
from urllib.parse import unquote

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline import compat, sql
from crm_pipeline.access import made_for_one
from crm_pipeline.access.permissions import explain_no_read, get_readable, is_manager
from crm_pipeline.constants import AUDIT_LOG, CHILD_TABLES, OPPORTUNITY
from crm_pipeline.refusal import show


class Companion(NamedTuple):
	"""The fields by which a document refers to a record, and whose document it is beside its owner's."""

	record_type: str
	record: str
	user: str = "owner"


COMPANIONS = {
	"Comment": Companion("reference_doctype", "reference_name"),
	"Communication": Companion("reference_doctype", "reference_name"),
	"DocShare": Companion("share_doctype", "share_name", "user"),
	"Document Follow": Companion("ref_doctype", "ref_docname", "user"),
	"Email Queue": Companion("reference_doctype", "reference_name"),
	"File": Companion("attached_to_doctype", "attached_to_name"),
	"Notification Log": Companion("document_type", "document_name", "for_user"),
	"Tag Link": Companion("document_type", "document_name"),
	"ToDo": Companion("reference_type", "reference_name", "allocated_to"),
	"Version": Companion("ref_doctype", "docname"),
}
ROW = Companion("parenttype", "parent")
PARTICIPANTS = Companion("reference_doctype", "reference_docname")


def find_hidden(names: list[str]) -> str | None:
	"""Return one of these documents that hangs on an opportunity that the user doesn't see, unless it is their own."""
	if not names:
		return None
	queries = [_select(doctype, "name", names) for doctype in COMPANIONS]
	queries += [_select(doctype, "name", names) for doctype in CHILD_TABLES]
	queries.append(_select("Event Participants", "parent", _get_private_events(names)))
	rows = frappe.db.sql(sql.union(queries))
	of_others = {name: record for name, record, *users in rows if frappe.session.user not in users}
	readable = get_readable(sorted(set(of_others.values())))
	return next((name for name in sorted(of_others) if of_others[name] not in readable), None)


def explain_hidden(name: str) -> str:
	"""The opportunity is not named: who asks knows what they asked for."""
	return _("You may not read {0}: it belongs to an opportunity that you don't see.").format(show(name))


def _get_private_events(names: list[str]) -> list[str]:
	"""Return the events among some names that are not for everybody; never empty, as a condition needs a name."""
	events = {"name": ("in", names), "event_type": ("!=", "Public")}
	return frappe.get_all("Event", events, pluck="name") or [""]


def has_companion_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Say no for what hangs on an opportunity that the user doesn't see, unless it is their own. Hook has_permission."""
	user, companion = user or frappe.session.user, COMPANIONS[doc.doctype]
	is_own = user in (doc.get("owner"), doc.get(companion.user))
	if is_own or sees(doc.get(companion.record_type), doc.get(companion.record), user):
		return compat.no_objection()
	return False


def _select(doctype: str, name_field: str, names: list[str]) -> str:
	companion = ROW if doctype in CHILD_TABLES else COMPANIONS.get(doctype, PARTICIPANTS)
	columns = {"asked": name_field, "record": companion.record, "owner": "owner", "user": companion.user}
	conditions = (sql.equals(companion.record_type, OPPORTUNITY), sql.is_one_of(name_field, names))
	return sql.select(doctype, columns, sql.all_of(conditions))


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


def validate_move(file: Document) -> None:
	"""Who attaches a file to something else may read what it is taken from."""
	saved = file.get_doc_before_save()
	if saved and not is_manager() and file.has_value_changed("attached_to_name") and _is_hidden(saved):
		frappe.throw(explain_hidden(file.file_name), frappe.PermissionError, title=_("Not Permitted"))


def validate_file(file: Document) -> None:
	"""Refuse the address of a file of an opportunity (or of its mails) that the user may not read otherwise."""
	if is_manager() or not file.file_url or file.is_remote_file:
		return
	if is_hidden_file(file.file_url, None if file.is_new() else file.name):
		message = _("You may not read the file {0}. Upload it, or ask who attached it.")
		frappe.throw(message.format(show(file.file_url)), frappe.PermissionError, title=_("Not Permitted"))


def is_hidden_file(address: str, besides: str | None = None) -> bool:
	"""Tell whether an address is that of a file of an opportunity (or of its mails) that the user may not read otherwise.

	By its last part, which names a file on disk: the framework follows whatever leads there.
	"""
	found = {"file_url": ("like", f"%/{get_file_name(address)}"), "name": ("!=", besides or "")}
	files = [frappe.get_doc("File", name) for name in frappe.get_all("File", filters=found, pluck="name")]
	return any(map(_is_hidden, files)) and not any(file.has_permission("read") for file in files)


def get_file_name(address: str) -> str:
	"""Return the name of the file that an address leads to, however it is written."""
	decoded = unquote(unquote(address)).replace("\\", "/").split("?")[0]
	return decoded.rstrip("/").rpartition("/")[2].strip().replace("%", r"\%").replace("_", r"\_")


def _is_hidden(file: Document) -> bool:
	"""Tell whether a file is attached to an opportunity that the user doesn't see, or to a mail of one."""
	doctype, name = file.attached_to_doctype, file.attached_to_name
	if doctype == "Communication":
		fields = ["reference_doctype", "reference_name"]
		doctype, name = frappe.db.get_value("Communication", name, fields) or (None, None)
	if doctype in made_for_one.KINDS:
		return made_for_one.is_of_another(doctype, name)
	return doctype == OPPORTUNITY and name not in get_readable([name])


def end_of_former(name: str, former: str) -> None:
	"""Take from a former sales engineer what they gave themselves: shares, and follows, which tell every change."""
	own = {"share_doctype": OPPORTUNITY, "share_name": name, "user": former, "owner": former}
	for share in frappe.get_all("DocShare", filters=own, pluck="name"):
		frappe.delete_doc("DocShare", share, ignore_permissions=True)  # reason: it ends with the assignment
	if not sees(OPPORTUNITY, name, former):
		frappe.db.delete("Document Follow", {"ref_doctype": OPPORTUNITY, "ref_docname": name, "user": former})
