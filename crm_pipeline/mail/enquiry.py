"""Opportunities from a Web Form. A visitor's enquiry goes the way of an e-mail: what can't be filled in is left out.

The answer to the visitor repeats what they wrote, and the record's name. Nothing is looked up for them: neither whether
there is such a customer, nor whether something is open with it, nor who works on it (docs/web-form.md).
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt

from crm_pipeline.access.permissions import is_desk_user
from crm_pipeline.domain.fields import PARTY_FIELDS
from crm_pipeline.mail import incoming, sender

# what a visitor's own words may fill, beside the subject and the sender
WORDS = ("contact_mobile", "notes", "next_step", "external_id", "city", "state")
MASTERS = {"region": "Pipeline Region", "product_line": "Pipeline Product Line"}


def is_enquiry(doc: Document) -> bool:
	"""Tell whether a Web Form inserts this record for somebody who does not work on the desk."""
	is_sent = bool(frappe.flags.in_web_form) and not doc.flags.came_by_mail
	return is_sent and not is_desk_user(frappe.session.user)


def receive(doc: Document) -> Document:
	"""Save an enquiry under a record of its own and return the visitor's document with that name."""
	who = _get_name(doc)
	doc.title = doc.title or _("Enquiry of {0}").format(who or doc.contact_email or _("a visitor"))
	words = frappe._dict(title=doc.title, contact_email=doc.contact_email, party_display_name=who)
	doc.name = incoming.save(lambda: _make(doc, words)) or incoming.save(lambda: incoming.make_bare(words))
	if not doc.name:
		frappe.throw(_("Your enquiry could not be saved. Try again, or write an e-mail."))
	return doc


def _get_name(doc: Document) -> str | None:
	"""Return what the visitor calls their company or themselves, wherever the form asks for it."""
	typed = doc.party_name if isinstance(doc.party_name, str) else None
	return doc.party_display_name or typed


def _make(doc: Document, words: dict) -> Document:
	record = incoming.make(words, sender.get_address(doc.contact_email))
	record.update({fieldname: doc.get(fieldname) for fieldname in WORDS if doc.get(fieldname)})
	record.potential_value = max(flt(doc.potential_value), 0)
	for fieldname, doctype in MASTERS.items():
		if usable := incoming.get_usable(doctype, doc.get(fieldname)):
			record.set(fieldname, usable)
	if _is_named(doc):
		record.update({"opportunity_from": doc.opportunity_from, "party_name": doc.party_name})
	return record


def _is_named(doc: Document) -> bool:
	"""Tell whether the form names a customer or lead that there is."""
	is_party = doc.opportunity_from in PARTY_FIELDS and isinstance(doc.party_name, str)
	return bool(is_party and doc.party_name and frappe.db.exists(doc.opportunity_from, doc.party_name))
