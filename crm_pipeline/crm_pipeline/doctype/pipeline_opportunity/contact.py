"""E-mail and mobile of the contact whom somebody chose for an opportunity."""

import frappe
from frappe.model.document import Document
from frappe.utils import validate_phone_number

from crm_pipeline.access.reading import validate_readable
from crm_pipeline.record.changes import has_changed

DETAILS = ("contact_email", "contact_mobile")


def take_details(doc: Document) -> None:
	"""Fill in what a newly chosen contact has. What was typed stays; what came from the former contact goes with it."""
	if not doc.contact_person or not has_changed(doc, "contact_person"):
		return
	validate_readable(doc, "Contact", doc.contact_person)
	saved = doc.get_doc_before_save()
	former = _get_details(saved.contact_person) if saved else {}
	for fieldname, value in _get_details(doc.contact_person).items():
		is_typed = bool(doc.get(fieldname)) and doc.get(fieldname) != former.get(fieldname)
		if not is_typed:
			doc.set(fieldname, value)


def _get_details(contact: str | None) -> dict[str, str | None]:
	"""Return the value of each of DETAILS; a number that the field would refuse is none."""
	fieldnames = ("email_id", "mobile_no", "phone")
	email, *numbers = (contact and frappe.db.get_value("Contact", contact, fieldnames)) or (None, None, None)
	number = next((number for number in numbers if number and validate_phone_number(number)), None)
	return dict(zip(DETAILS, (email, number), strict=True))
