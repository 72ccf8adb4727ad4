"""Which opportunity a document belongs to, and whether it may."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from crm_pipeline.access.permissions import explain_no_write, get_readable, get_writable
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import lifecycle
from crm_pipeline.exceptions import ClosedRecordError, InputError
from crm_pipeline.record.contained import contained
from crm_pipeline.refusal import refuse, show

LINK = "pipeline_opportunity"
MATCHED_FIELDS = ("name", "status", "company", "customer", "lead", "party_display_name")


@contextmanager
def linking(doc: Document) -> Iterator[None]:
	"""While a document is validated: trouble with its link to an opportunity leaves it the one it had, and is told."""
	what = _("The link of this {0} to an opportunity was left as it was.").format(_(doc.doctype))
	with contained(what) as attempt:
		yield
	if attempt.error:
		saved = doc.get_doc_before_save()
		doc.set(LINK, saved.get(LINK) if saved else None)


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


def keep_link(doc: Document) -> None:
	"""Put a link back, with a message, that the user may not set so. The document itself is saved."""
	saved, name = doc.get_doc_before_save(), doc.get(LINK)
	former = saved.get(LINK) if saved else None
	if (name or None) == (former or None) or (name and name == doc.flags.inherited_link):
		return
	if objection := _get_objection_to_leaving(doc, former) or get_objection(doc, name):
		doc.set(LINK, former)
		frappe.msgprint(objection, title=_("Pipeline Opportunity"), indicator="orange")


def _get_objection_to_leaving(doc: Document, former: str | None) -> str | None:
	"""Who takes a document from an opportunity changes that: it needs write permission there. An offer stays its offer.

	A form that was open while a person linked its draft as offer sends the link empty.
	"""
	if not former or not frappe.db.exists(OPPORTUNITY, former):
		return None
	if not get_writable([former]):
		return explain_no_write(former)
	if doc.doctype == "Quotation" and frappe.db.get_value(OPPORTUNITY, former, "offer") == doc.name:
		message = _("{0} is the offer of {1} and stays linked. Take it out there first.")
		return message.format(show(doc.name), show(former))
	return None


def get_objection(doc: Document, name: str | None) -> str | None:
	"""Return why a document may not be linked to an opportunity by the user, None if it may."""
	if not name:
		return None
	if not get_readable([name]):
		message = _("You may not read {0}, so {1} can't be linked to it.")
		return message.format(show(name), _(doc.doctype))
	record = frappe.db.get_value(OPPORTUNITY, name, MATCHED_FIELDS, as_dict=True)
	return _get_closing(record, doc.doctype) or _get_mismatch(doc, record)


def validate_match(doc: Document, record) -> None:
	"""Refuse a document of another company or, on the selling side, of another party than the opportunity's."""
	if mismatch := _get_mismatch(doc, record):
		frappe.throw(mismatch, InputError, title=_("Check the Values"))


def _get_mismatch(doc: Document, record) -> str | None:
	label = f"{_(doc.doctype)} {doc.name or ''}".strip()
	if doc.company != record.company:
		values = (label, doc.company, record.name, record.company)
		return _("{0} is for company {1}, but {2} for {3}.").format(*map(show, values))
	party = doc.get("party_name") or doc.get("customer")
	parties = (record.customer, record.lead) if doc.doctype == "Quotation" else (record.customer or party,)
	if party and party not in parties:
		values = (label, party, record.name, record.party_display_name)
		return _("{0} is for {1}, but {2} for {3}.").format(*map(show, values))
	return None


def _get_closing(record, doctype: str) -> str | None:
	if not lifecycle.is_closed(record.status):
		return None
	message = _("{0} is {1}. {2} can be made only while it is in play; a manager can reopen it.")
	return message.format(show(record.name), _(record.status), _(doctype))


def validate_in_play(record, doctype: str) -> None:
	"""Refuse to make a document for a closed record."""
	if closing := _get_closing(record, doctype):
		frappe.throw(closing, ClosedRecordError, title=_("Check the Values"))


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
