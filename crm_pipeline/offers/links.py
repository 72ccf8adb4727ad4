"""Which opportunity a document belongs to, and whether it may."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.exceptions import ClosedRecordError
from crm_pipeline.refusal import refuse

LINK = "pipeline_opportunity"
MATCHED_FIELDS = ("name", "status", "company", "customer", "lead", "party_display_name")


def inherit(doc: Document, doctype: str, sources: set[str]) -> None:
	"""Take the link over from the documents that this one was made from; only one opportunity can be meant."""
	names = frappe.get_all(
		doctype, filters={"name": ("in", list(sources)), LINK: ("is", "set")}, pluck=LINK, distinct=True
	)
	if len(names) > 1:
		text = _("{0} is made from documents of several opportunities: {1}. None of them follows it.")
		frappe.msgprint(
			text.format(_(doc.doctype), escape_html(", ".join(sorted(names)))), indicator="orange"
		)
	elif names:
		doc.set(LINK, names[0])
		doc.flags.inherited_link = names[0]


def validate_link(doc: Document) -> None:
	"""Refuse a new link to an opportunity that the user may not read, that is closed or another party's."""
	name = doc.get(LINK)
	if not name or not doc.has_value_changed(LINK) or name == doc.flags.inherited_link:
		return
	if not frappe.has_permission(OPPORTUNITY, "read", doc=name):
		message = _("You may not read {0}, so {1} can't be linked to it.")
		refuse(message, name, _(doc.doctype), exception=frappe.PermissionError)
	record = frappe.db.get_value(OPPORTUNITY, name, MATCHED_FIELDS, as_dict=True)
	if lifecycle.is_closed(record.status):
		refuse_closed(record, doc.doctype)
	validate_match(doc, record)


def validate_match(doc: Document, record) -> None:
	"""Refuse a document of another company or, on the selling side, of another party than the opportunity's."""
	label = f"{_(doc.doctype)} {doc.name or ''}".strip()
	if doc.company != record.company:
		refuse(_("{0} is for company {1}, but {2} for {3}."), label, doc.company, record.name, record.company)
	party = doc.get("party_name") or doc.get("customer")
	parties = (record.customer, record.lead) if doc.doctype == "Quotation" else (record.customer or party,)
	if party and party not in parties:
		refuse(_("{0} is for {1}, but {2} for {3}."), label, party, record.name, record.party_display_name)


def refuse_closed(record, doctype: str) -> None:
	message = _("{0} is {1}. {2} can be made only while it is in play; a manager can reopen it.")
	refuse(message, record.name, _(record.status), _(doctype), exception=ClosedRecordError)


def claim_offer(record: Document) -> None:
	"""Link the quotation that a person named as offer, so that it is followed like any other."""
	if not record.offer or record.is_system_value("offer") or not record.has_value_changed("offer"):
		return
	quotation = frappe.get_doc("Quotation", record.offer)
	if not frappe.has_permission("Quotation", "read", doc=quotation):
		message = _("You may not read Quotation {0}. Link another one.")
		refuse(message, record.offer, exception=frappe.PermissionError)
	validate_match(quotation, record)
	if not quotation.get(LINK):
		quotation.db_set(LINK, record.name, update_modified=False)
	elif quotation.get(LINK) != record.name:
		message = _("Quotation {0} belongs to {1}. Link another one.")
		refuse(message, record.offer, quotation.get(LINK))
