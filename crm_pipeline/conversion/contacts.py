"""The contact and the addresses of a lead, which become the customer's too."""

import frappe
from frappe.model.document import Document

from crm_pipeline.conversion import mandatory


def get_contact(lead: Document) -> Document:
	"""Return the lead's contact; else the one with its e-mail, else a new one, neither of them saved yet."""
	name = next(iter(_get_linked("Contact", lead.name)), None)
	if name:
		return frappe.get_doc("Contact", name)
	known = lead.email_id and frappe.db.get_value("Contact Email", {"email_id": lead.email_id}, "parent")
	contact = frappe.get_doc("Contact", known) if known else _new_contact(lead)
	contact.append("links", {"link_doctype": "Lead", "link_name": lead.name})
	return contact


def get_others(lead: Document, contact: Document) -> list[Document]:
	"""Return the other contacts and the addresses of a lead: ERPNext links them to its customer and saves them."""
	names = [("Contact", name) for name in _get_linked("Contact", lead.name) if name != contact.name]
	names += [("Address", name) for name in _get_linked("Address", lead.name)]
	return [frappe.get_doc(doctype, name) for doctype, name in names]


def save_all(lead: Document, contact: Document, others: list[Document], given: dict) -> None:
	"""Save what is new, and what lacked mandatory fields: ERPNext could not save it either."""
	is_new = bool(contact.is_new())
	is_linked_now = contact.links and not contact.links[-1].name
	if mandatory.fill(contact, given) or is_new or is_linked_now:
		contact.save()
	if is_new:
		_add_numbers(lead, contact)
	for doc in others:
		if mandatory.fill(doc, given):
			doc.save()


def _get_linked(doctype: str, lead: str) -> list[str]:
	linked = {"parenttype": doctype, "link_doctype": "Lead", "link_name": lead}
	return frappe.get_all("Dynamic Link", filters=linked, pluck="parent", distinct=True, order_by="parent")


def _new_contact(lead: Document) -> Document:
	contact = frappe.new_doc("Contact")
	contact.update(
		{
			"first_name": lead.first_name or lead.lead_name,
			"last_name": lead.last_name,
			"company_name": lead.company_name,
		}
	)
	if lead.email_id:
		contact.append("email_ids", {"email_id": lead.email_id, "is_primary": 1})
	return contact


def _add_numbers(lead: Document, contact: Document) -> None:
	"""After the insert: ERPNext commits when a contact with numbers is inserted."""
	for number, kind in ((lead.phone, "is_primary_phone"), (lead.mobile_no, "is_primary_mobile_no")):
		if number:
			contact.append("phone_nos", {"phone": number, kind: 1})
	contact.save()
