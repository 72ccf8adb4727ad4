"""What a quotation starts with beside the opportunity's own: the party's, as if it was started by hand for that party.

ERPNext fills in only what is empty, and a new document holds the defaults of the site and of the user already.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.contacts.doctype.address.address import get_address_display
from frappe.model.document import Document

# what the party decides, whatever the site's or the user's default is
OF_THE_PARTY = (
	"customer_group",
	"language",
	"payment_terms_template",
	"shipping_address_name",
	"tax_category",
	"taxes_and_charges",
)
CONTACT_FIELDS = {"contact_display": "full_name", "contact_email": "email_id", "contact_mobile": "mobile_no"}


@contextmanager
def completed(source: Document, quotation: Document, is_new: bool) -> Iterator[None]:
	"""While ERPNext completes a quotation: let the party's defaults come before the site's, and the opportunity's contact
	before the party's. What a person entered in a document that rows are added to stays.
	"""
	former = _take_out_defaults(quotation) if is_new else {}
	contact = _get_contact(source, quotation)
	quotation.update(contact)
	yield
	quotation.update(contact)
	quotation.update({name: value for name, value in former.items() if not quotation.get(name)})
	if source.opportunity_from == "Lead" and quotation.customer_address:
		quotation.address_display = get_address_display(quotation.customer_address)


def _take_out_defaults(quotation: Document) -> dict:
	"""Return the defaults that come back where the party has none of its own."""
	former = {name: quotation.get(name) for name in OF_THE_PARTY if quotation.get(name)}
	quotation.update(dict.fromkeys(former))
	if quotation.quotation_to == "Customer":
		quotation.selling_price_list = _get_price_list(quotation)
	return former


def _get_price_list(quotation: Document) -> str | None:
	"""Return the price list of the customer or of the customer's group, else the site's; a user's only one before all."""
	from erpnext.accounts.party import set_price_list

	details = frappe._dict()
	customer = frappe.get_cached_doc("Customer", quotation.party_name)
	set_price_list(details, customer, "Customer", quotation.selling_price_list)
	return details.selling_price_list or quotation.selling_price_list


def _get_contact(source: Document, quotation: Document) -> dict:
	"""Return how to reach the contact person of the opportunity: by what stands there, else by the contact's own."""
	if not quotation.contact_person:
		return {}
	values = frappe.db.get_value(
		"Contact", quotation.contact_person, list(CONTACT_FIELDS.values()), as_dict=True
	)
	contact = {name: values[field] for name, field in CONTACT_FIELDS.items()}
	given = {name: source.get(name) for name in CONTACT_FIELDS if source.get(name)}
	return {**contact, **given}
