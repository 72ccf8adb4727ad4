"""What quotations do to their opportunity: which of them is its offer, and the stage that follows."""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.constants import SETTINGS
from crm_pipeline.domain import lifecycle, offers
from crm_pipeline.offers import facts, notes


def update(record: Document, submitted: str | None = None, ordered: str | None = None) -> None:
	"""Set the offer; a change of it moves the stage. `submitted` or `ordered` names the quotation that just was.

	Doing so again changes nothing, and what the record knows already moves no stage: a reopened one stays open. A draft
	that a person linked is known, and moves it all the same when it is submitted.
	"""
	quotations = {quotation.name: quotation for quotation in facts.get_quotations(record)}
	former = record.offer or None
	offer = _choose(record, quotations, submitted or ordered)
	if submitted in quotations and submitted != offer:
		text = _("{0} is {1} and keeps its offer. Quotation {2} did not become it.")
		notes.tell(record.name, text.format(record.name, _(record.status), submitted))
	if offer != former or (offer and offer == submitted):
		record.set_system_value("offer", offer)
		is_undecided = not _move(record, quotations, offer, former)
		notes.save(record, _describe(offer or former, quotations))
		if is_undecided:
			text = _("All quotations of {0} are lost. Close it as Lost or make another offer.")
			notes.ask(record, text.format(record.name))
	if offer and quotations[offer].state.asks and not lifecycle.is_closed(record.status):
		text = _("Quotation {0} of {1} has expired. Extend it, make another offer or close the opportunity.")
		notes.ask(record, text.format(offer, record.name))


def is_due(record: Document) -> bool:
	quotations = {quotation.name: quotation for quotation in facts.get_quotations(record)}
	return _choose(record, quotations, None) != (record.offer or None)


def _choose(record: Document, quotations: dict, moved: str | None) -> str | None:
	is_closed = lifecycle.is_closed(record.status)
	return offers.choose_offer(list(quotations.values()), record.offer or None, moved, is_closed)


def _move(record: Document, quotations: dict, offer: str | None, former: str | None) -> bool:
	"""Set the stage that a new offer or the loss of the last one leads to; False when a person has to decide."""
	leads_to = _get_stage(quotations, offer, former)
	if not lifecycle.is_allowed(record.status, leads_to):
		return True
	if leads_to == lifecycle.LOST and not _set_lost_reasons(record, quotations):
		return False
	record.status = leads_to
	return True


def _get_stage(quotations: dict, offer: str | None, former: str | None) -> str | None:
	if offer:
		return quotations[offer].state.leads_to
	if former in quotations and offers.are_all_lost(quotations.values()):
		return quotations[former].state.leads_to
	return None


def _set_lost_reasons(record: Document, quotations: dict) -> bool:
	"""Take the reasons over from the quotations; False when none map to ours or the settings don't want it."""
	if not frappe.get_cached_doc(SETTINGS).lose_when_all_quotations_lost:
		return False
	reasons, detail = facts.get_lost_reasons(list(quotations))
	record.set("lost_reasons", [{"lost_reason": reason} for reason in reasons])
	record.outcome_detail = detail if reasons else None
	return bool(reasons)


def _describe(name: str, quotations: dict) -> str:
	if name in quotations:
		return _("Quotation {0} is {1}").format(name, _(quotations[name].status))
	if not frappe.db.exists("Quotation", name):
		return _("Quotation {0} does not exist any more").format(name)
	return _("Quotation {0} is of another party or company").format(name)
