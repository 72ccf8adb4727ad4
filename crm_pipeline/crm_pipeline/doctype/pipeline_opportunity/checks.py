"""What may stand in the fields: each refusal names the field, the value and what to do."""

import frappe
from frappe import _, _lt
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from crm_pipeline.access.permissions import is_manager
from crm_pipeline.domain import lifecycle
from crm_pipeline.domain.fields import HISTORY_FIELDS, SYSTEM_FIELDS, WRITTEN_MEANWHILE
from crm_pipeline.exceptions import AppendOnlyError
from crm_pipeline.record.changes import has_changed, is_same_value
from crm_pipeline.refusal import Whole, get_label, name_value, refuse

REMEDIES = {
	"opportunity_from": _lt("Choose Customer or Lead."),
	"party_name": _lt("Choose the customer or lead this opportunity is for."),
	"region": _lt("Choose the region that handles it."),
	"product_line": _lt("Choose a product line."),
	"company": _lt("Choose the company that sells."),
	"potential_value": _lt("Enter 0 if it is not known yet."),
}
# of the framework, and nobody's to set
STANDARD_FIELDS = ("owner", "creation", "idx")
# link field → DocType of a master that can be disabled
MASTERS = {
	"region": "Pipeline Region",
	"product_line": "Pipeline Product Line",
	"opportunity_type": "Pipeline Opportunity Type",
	"source": "Pipeline Source",
}


def clear_system_fields(doc: Document) -> None:
	"""Drop what a new record brings along in fields that only the system sets; history keeps its dates."""
	if doc.get_doc_before_save():
		return
	kept = HISTORY_FIELDS if doc.is_history else frozenset()
	for fieldname in SYSTEM_FIELDS:
		if fieldname not in kept and not doc.is_system_value(fieldname):
			doc.set(fieldname, None)
	if not doc.is_history:
		doc.set_system_value("opened_on", doc.opened_on or now_datetime())


def validate_system_fields(doc: Document) -> None:
	if doc.docstatus != 0:
		refuse(_("{0} is not submitted or cancelled. Change its status instead."), doc.name)
	saved = doc.get_doc_before_save()
	for fieldname in SYSTEM_FIELDS if saved else ():
		if fieldname not in WRITTEN_MEANWHILE and _is_changed_by_hand(doc, saved, fieldname):
			refuse(
				_("{0} is set by the system and can't become {1}. Leave it out."),
				get_label(doc, fieldname),
				name_value(doc.get(fieldname)),
			)


def keep_system_fields(doc: Document) -> None:
	"""What the system wrote stands, to the last digit, whatever a form or a spreadsheet sends back of it."""
	saved = doc.get_doc_before_save()
	for fieldname in SYSTEM_FIELDS if saved else ():
		if doc.__dict__.get(fieldname) != saved.__dict__.get(fieldname) and not doc.is_system_value(
			fieldname
		):
			doc.set(fieldname, saved.get(fieldname))


def keep_derived_fields(doc: Document) -> None:
	"""What follows from something else, or belongs to the framework, stands as it was saved."""
	saved = doc.get_doc_before_save()
	if not saved:
		doc.idx, doc.reopen_reason = 0, None
		return
	doc.update({fieldname: saved.get(fieldname) for fieldname in STANDARD_FIELDS})
	if not lifecycle.is_reopening(saved.status, doc.status):
		doc.reopen_reason = saved.reopen_reason
	if not has_changed(doc, "party_name") and not has_changed(doc, "opportunity_from"):
		doc.party_display_name = saved.party_display_name


def _is_changed_by_hand(doc: Document, saved: Document, fieldname: str) -> bool:
	return not (doc.is_system_value(fieldname) or is_same_value(doc, saved, fieldname))


def validate_required(doc: Document) -> None:
	"""Name what is missing. A record that came by e-mail is saved without."""
	missing = _get_missing(doc)
	if missing and not _may_lack_details(doc):
		refuse_missing(doc, missing[0])


def set_needs_details(doc: Document) -> None:
	"""Let a record that came by e-mail be saved without what it lacks, and end its mark once nothing does."""
	if not _get_missing(doc):
		if doc.needs_details and _has_new_details(doc):
			doc.set_system_value("needs_details", 0)
	elif _may_lack_details(doc):
		doc.flags.ignore_mandatory = True


def _get_missing(doc: Document) -> list[str]:
	return [name for name in REMEDIES if doc.get(name) in (None, "")]


def _may_lack_details(doc: Document) -> bool:
	return bool(doc.needs_details and not doc.flags.details_confirmed)


def _has_new_details(doc: Document) -> bool:
	"""Details are new when somebody confirms or changes them; a lead that becomes a customer adds none."""
	if doc.is_new() or doc.flags.details_by_system:
		return False
	return doc.flags.details_confirmed or any(has_changed(doc, fieldname) for fieldname in REMEDIES)


def validate_masters(doc: Document) -> None:
	"""A disabled master stays valid where it stands and can't be chosen anew; history takes it as it was."""
	for fieldname, doctype in MASTERS.items():
		if not has_changed(doc, fieldname) or not doc.get(fieldname):
			continue
		master = frappe.get_cached_doc(doctype, doc.get(fieldname))
		if master.disabled and not doc.is_history:
			refuse(_("{0} {1} is disabled. Choose another one."), get_label(doc, fieldname), master.name)
		if master.get("is_group"):
			refuse(
				_("{0} {1} is a group. Choose one of the regions below it."),
				get_label(doc, fieldname),
				master.name,
			)


def validate_party_type(doc: Document) -> None:
	"""Before the framework looks for the party: it would ask for the field in words of its own."""
	if doc.party_name and not doc.opportunity_from:
		refuse_missing(doc, "opportunity_from")


def refuse_missing(doc: Document, fieldname: str) -> None:
	refuse(
		"{0} {1}", Whole(_("{0} is missing.").format(get_label(doc, fieldname))), Whole(REMEDIES[fieldname])
	)


def validate_links(doc: Document, invalid_links: list[tuple[str, str, str]]) -> None:
	"""Say which new link leads nowhere. `invalid_links`: (fieldname, name, message) as record/dangling.py leaves them."""
	parties = {name for fieldname, name, _message in invalid_links if fieldname == "party_name"}
	for fieldname, name, _message in invalid_links:
		follows_party = fieldname in ("customer", "lead") and name in parties
		refuse(
			_("{0} {1} does not exist. Choose one from the list."),
			get_label(doc, "party_name" if follows_party else fieldname),
			name,
			exception=frappe.LinkValidationError,
		)


def validate_follow_up(doc: Document) -> None:
	if not doc.next_contact_date or not has_changed(doc, "next_contact_date"):
		return
	if get_datetime(doc.next_contact_date) < now_datetime():
		refuse(
			_("{0} {1} is in the past. Choose a later one."),
			get_label(doc, "next_contact_date"),
			doc.next_contact_date,
		)


def validate_offer(doc: Document) -> None:
	"""A linked quotation is the same party's and not cancelled."""
	if not doc.offer or not has_changed(doc, "offer") or doc.is_system_value("offer"):
		return
	quotation = frappe.db.get_value("Quotation", doc.offer, ["docstatus", "party_name"], as_dict=True)
	if quotation.docstatus == 2:
		refuse(_("Quotation {0} is cancelled. Link another one."), doc.offer)
	if quotation.party_name not in (doc.customer, doc.lead):
		message = _("Quotation {0} is for {1}, not for {2}. Link one for the same party.")
		refuse(message, doc.offer, quotation.party_name, doc.party_name)


def validate_deletion(doc: Document) -> None:
	"""Only a manager deletes, only while Open, and never what a document still stands on."""
	if not is_manager():
		refuse(_("Only a manager may delete {0}."), doc.name, exception=frappe.PermissionError)
	if doc.status != lifecycle.FIRST_STAGE:
		refuse(_("{0} is {1} and can't be deleted. Only an Open opportunity can."), doc.name, _(doc.status))
	quotation = _get_linked_quotation(doc)
	if quotation and quotation.docstatus == 1:
		refuse(_("{0} has the submitted Quotation {1} and can't be deleted."), doc.name, quotation.name)
	if quotation:
		refuse(_("Quotation {1} points to {0}. Delete or unlink it first."), doc.name, quotation.name)


def refuse_rename(doc: Document) -> None:
	refuse(_("{0} keeps its name: the audit log refers to it."), doc.name, exception=AppendOnlyError)


def _get_linked_quotation(doc: Document):
	return frappe.db.get_value(
		"Quotation",
		{"pipeline_opportunity": doc.name, "docstatus": ("<", 2)},
		["name", "docstatus"],
		as_dict=True,
		order_by="docstatus desc",
	)
