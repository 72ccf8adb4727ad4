"""Finds the customers that a lead may be already: the same e-mail blocks, the same phone or name only warns."""

import frappe
from frappe.model.document import Document
from frappe.query_builder.utils import DocType


def find_by_email(email: str | None, exclude: str | None = None) -> list[str]:
	"""Return the customers with this e-mail, on themselves or on any contact of theirs, whatever its case.

	Locking reads: what another transaction has just committed counts, whenever this one began.
	"""
	if not email:
		return []
	email = email.strip()
	customer = DocType("Customer")
	own = frappe.qb.from_(customer).select(customer.name).where(customer.email_id == email).for_update()
	names = {row[0] for row in own.run()} | {row[0] for row in _get_contact_query(email).run()}
	return sorted(names - {exclude})


def find_similar(lead: Document) -> list[str]:
	"""Return customers with the lead's name or one of its phone numbers."""
	customer = DocType("Customer")
	same = customer.customer_name.isin([name for name in (lead.company_name, lead.lead_name) if name] or [""])
	phones = [phone for phone in (lead.mobile_no, lead.phone) if phone]
	if phones:
		same |= customer.mobile_no.isin(phones)
	rows = frappe.qb.from_(customer).select(customer.name).where(same).orderby(customer.name).limit(20).run()
	return [name for (name,) in rows]


def _get_contact_query(email: str):
	contact_email, link = DocType("Contact Email"), DocType("Dynamic Link")
	return (
		frappe.qb.from_(contact_email)
		.join(link)
		.on((link.parent == contact_email.parent) & (link.parenttype == "Contact"))
		.select(link.link_name)
		.where((contact_email.email_id == email) & (link.link_doctype == "Customer"))
		.for_update()
	)
