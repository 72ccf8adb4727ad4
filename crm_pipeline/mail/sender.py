"""Who wrote an e-mail: a customer, a lead, a colleague or a stranger."""

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.query_builder import Order
from frappe.query_builder.utils import DocType
from frappe.utils import validate_email_address

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.correspondence import get_sender
from crm_pipeline.domain import incoming_mail
from crm_pipeline.domain.correspondence import is_outgoing
from crm_pipeline.exceptions import ConflictError
from crm_pipeline.record import address_lock, transactions

NAME_LENGTH = 140


@dataclass(frozen=True)
class Party:
	"""A customer or lead, and its contact who wrote."""

	doctype: str
	name: str
	contact: str | None = None


def get_address(sender: str | None) -> str:
	"""Return the sender's address in lower case; empty when it is none that can be kept and answered."""
	address = (validate_email_address(sender or "") or "").strip().lower()
	return address if len(address) <= NAME_LENGTH and "," not in address else ""


def is_ours(address: str) -> bool:
	"""Tell whether an e-mail from this address goes out: an enabled system user's, or one of the site's accounts."""
	return is_outgoing(address, get_sender(address), sent_or_received=None)


def find_party(address: str) -> Party | None:
	"""Return the customer or lead with this address, whatever its case or tag; a customer comes first.

	Of several the one with the latest opportunity. A disabled customer is returned like any other.
	"""
	for spelling in dict.fromkeys((address, incoming_mail.get_mailbox(address))):
		parties = _find_by_contact(spelling) + _find_customers(spelling) + _find_leads(spelling)
		if parties:
			return _choose([_follow_conversion(party) for party in parties])
	return None


def get_party(address: str, display_name: str | None) -> Party | None:
	"""Return the party with this address, else a new lead; None where the site has no leads or refuses one.

	Two first e-mails of one stranger at the same moment make one lead: they wait for each other, and the second one
	is told to begin anew (ConflictError).
	"""
	address_lock.hold(address)
	party = find_party(address)
	if not party and _has_fresh_lead(address):
		frappe.throw(_("Another e-mail of {0} came first.").format(address), ConflictError)
	return party or _make_lead(address, display_name)


def _find_by_contact(address: str) -> list[Party]:
	email, link = DocType("Contact Email"), DocType("Dynamic Link")
	rows = (
		frappe.qb.from_(email)
		.join(link)
		.on((link.parent == email.parent) & (link.parenttype == "Contact"))
		.select(link.link_doctype, link.link_name, email.parent)
		.where((email.email_id == address) & link.link_doctype.isin(("Customer", "Lead")))
		.orderby(link.idx)
		.run()
	)
	return [Party(*row) for row in rows if frappe.db.exists(row[0], row[1])]


def _find_customers(address: str) -> list[Party]:
	customer = DocType("Customer")
	query = frappe.qb.from_(customer).select(customer.name).where(customer.email_id == address)
	return [Party("Customer", name) for (name,) in query.run()]


def _find_leads(address: str) -> list[Party]:
	if not _has_leads():
		return []
	return [Party("Lead", name) for (name,) in _get_lead_query(address).run()]


def _has_fresh_lead(address: str) -> bool:
	"""A locking read sees the lead that was made while this transaction, which has an older view, waited."""
	return _has_leads() and bool(_get_lead_query(address).for_update().run())


def _get_lead_query(address: str):
	lead = DocType("Lead")
	query = frappe.qb.from_(lead).select(lead.name).where(lead.email_id == address)
	return query.orderby(lead.creation, order=Order.desc)


def _follow_conversion(party: Party) -> Party:
	"""A converted lead is its customer."""
	if party.doctype != "Lead":
		return party
	customer = frappe.db.get_value("Lead", party.name, "pipeline_customer") or frappe.db.get_value(
		"Customer", {"lead_name": party.name}
	)
	return Party("Customer", customer, party.contact) if customer else party


def _choose(parties: list[Party]) -> Party:
	"""Customers before leads, then whoever has the latest opportunity, then as found."""
	customers = [party for party in parties if party.doctype == "Customer"]
	candidates = customers or parties
	if len({party.name for party in candidates}) == 1:
		return candidates[0]
	latest = get_last_value([party.name for party in candidates], "party_name")
	return next((party for party in candidates if party.name == latest), candidates[0])


def get_last_value(parties: list[str], fieldname: str) -> str | None:
	"""Return a field of the latest opportunity of any of these parties."""
	filters = {"party_name": ("in", parties), fieldname: ("is", "set")}
	return frappe.db.get_value(OPPORTUNITY, filters, fieldname, order_by="creation desc")


def _make_lead(address: str, display_name: str | None) -> Party | None:
	if not _has_leads():
		return None
	name = _get_person(display_name) or address.partition("@")[0]
	lead = frappe.get_doc({"doctype": "Lead", "lead_name": name, "email_id": address})
	with transactions.attempt() as making:
		# mandatory fields of the site's own: an e-mail can't fill them
		lead.insert(ignore_permissions=True, ignore_mandatory=True)  # reason: an e-mail has no user
	if making.error:  # whatever the site has against the lead, the e-mail is kept
		frappe.log_error(_("No lead was made for {0}").format(address), making.traceback)
		return None
	return Party("Lead", lead.name)


def _get_person(display_name: str | None) -> str:
	"""Return a display name without what the framework refuses in names."""
	text = " ".join((display_name or "").replace("<", " ").replace(">", " ").split())
	return "" if "@" in text else text[:NAME_LENGTH].strip()


def _has_leads() -> bool:
	return bool(frappe.db.exists("DocType", "Lead"))
