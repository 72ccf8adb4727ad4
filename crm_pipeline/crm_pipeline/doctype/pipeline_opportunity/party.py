"""Who the opportunity is for, and what follows from it: names, contact, address, product line, title."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import get_link_to_form
from pypika.queries import QueryBuilder

from crm_pipeline.access.permissions import limit_to_visible
from crm_pipeline.access.reading import validate_readable
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity import contact
from crm_pipeline.domain import lifecycle
from crm_pipeline.domain.fields import PARTY_FIELDS
from crm_pipeline.record.changes import has_changed
from crm_pipeline.record.names_of_others import get_default_title
from crm_pipeline.refusal import get_label, refuse

DISABLED_FIELD = {"Customer": "disabled"}


def set_party(doc: Document) -> None:
	"""Derive customer, lead and display name from the party; default contact and place when it changes."""
	if not doc.opportunity_from or not doc.party_name:
		return
	if doc.opportunity_from not in PARTY_FIELDS:
		refuse(
			_("{0} is {1}. Choose Customer or Lead."),
			get_label(doc, "opportunity_from"),
			doc.opportunity_from,
		)
	set_links(doc)
	contact.take_details(doc)
	if has_changed(doc, "party_name") or has_changed(doc, "opportunity_from"):
		validate_readable(doc, doc.opportunity_from, doc.party_name)
		_set_defaults_from_party(doc)


def set_links(doc: Document) -> None:
	"""Set what follows from the party. The framework fetches values from there before it validates."""
	saved = doc.get_doc_before_save()
	if isinstance(doc.party_name, str) and doc.party_name and doc.opportunity_from in PARTY_FIELDS:
		doc.lead = doc.party_name if doc.opportunity_from == "Lead" else (saved.lead if saved else doc.lead)
		doc.customer = doc.party_name if doc.opportunity_from == "Customer" else None


def set_product_line(doc: Document) -> None:
	"""The business unit is the product line's, never typed."""
	if doc.product_line and has_changed(doc, "product_line"):
		doc.business_unit = frappe.get_cached_doc("Pipeline Product Line", doc.product_line).business_unit


def set_title(doc: Document) -> None:
	"""Title the record after party and product line; a typed title stays."""
	saved = doc.get_doc_before_save()
	if not doc.title or (saved and doc.title == saved.title == _get_default_title(saved)):
		doc.title = _get_default_title(doc)


def point_out_open_opportunity(doc: Document) -> None:
	"""Tell the creator about an open opportunity (that they may see) for the same party and product line."""
	if doc.get_doc_before_save() or doc.is_history or doc.needs_details or frappe.flags.in_import:
		return
	query = _select_open_opportunities(doc).limit(1)
	if not query.run():  # mostly there is none, and to ask what the creator sees costs more
		return
	for (name,) in limit_to_visible(query).run():
		message = _("There is already an open opportunity for {0} and {1}: {2}.")
		link = get_link_to_form(doc.doctype, name)
		frappe.msgprint(message.format(doc.party_display_name, doc.product_line, link), alert=True)


def _get_default_title(doc: Document) -> str:
	return get_default_title(doc.party_display_name or doc.party_name, doc.product_line)


def _select_open_opportunities(doc: Document) -> QueryBuilder:
	"""Return a query over the open ones for the same party and product line, the latest first."""
	record = frappe.qb.DocType(doc.doctype)
	query = frappe.qb.from_(record).select(record.name).where(record.party_name == doc.party_name)
	query = query.where(record.opportunity_from == doc.opportunity_from)
	query = query.where((record.product_line == doc.product_line) & (record.name != doc.name))
	query = query.where(record.status.isin(lifecycle.get_open_statuses()))
	return query.orderby(record.opened_on, order=Order.desc)


def _set_defaults_from_party(doc: Document) -> None:
	fields = PARTY_FIELDS[doc.opportunity_from]
	has_contact = bool(doc.contact_person)  # whose details are not the party's
	disabled = DISABLED_FIELD.get(doc.opportunity_from)
	party = _get_party(doc, {*fields.values(), *([disabled] if disabled else [])})
	if disabled and party[disabled] and not doc.is_history:
		refuse(
			_("{0} {1} is disabled. Enable it or choose another one."),
			_(doc.opportunity_from),
			doc.party_name,
		)
	doc.party_display_name = party[fields["party_display_name"]] or doc.party_name
	for target, source in fields.items():
		if not (has_contact and target in contact.DETAILS):
			doc.set(target, doc.get(target) or party[source])
	_set_place(doc)


def _get_party(doc: Document, fieldnames: set[str]):
	"""Read the party by the query builder: db.get_value parses each field name anew, at ten times the time."""
	party = frappe.qb.DocType(doc.opportunity_from)
	query = frappe.qb.from_(party).select(*(party[name] for name in sorted(fieldnames)))
	return query.where(party.name == doc.party_name).run(as_dict=True)[0]


def _set_place(doc: Document) -> None:
	if doc.party_address and doc.city and doc.state:
		return
	address = _get_primary_address(doc.opportunity_from, doc.party_name)
	if address:
		doc.party_address = doc.party_address or address.name
		doc.city = doc.city or address.city
		doc.state = doc.state or address.state


def _get_primary_address(doctype: str, name: str):
	address, link = frappe.qb.DocType("Address"), frappe.qb.DocType("Dynamic Link")
	rows = (
		frappe.qb.from_(link)
		.join(address)
		.on(address.name == link.parent)
		.select(address.name, address.city, address.state)
		.where((link.parenttype == "Address") & (link.link_doctype == doctype) & (link.link_name == name))
		.where(address.disabled == 0)
		.orderby(address.is_primary_address, order=Order.desc)
		.limit(1)
		.run(as_dict=True)
	)
	return rows[0] if rows else None
