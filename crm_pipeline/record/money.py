"""Values and currencies: what follows from them is computed here, on the server."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate

from crm_pipeline.constants import SETTINGS
from crm_pipeline.domain import lifecycle
from crm_pipeline.record.changes import has_changed
from crm_pipeline.record.input_values import validate_size
from crm_pipeline.refusal import get_label, refuse

STAGE_PROBABILITY = {lifecycle.OPEN: "probability_open", lifecycle.OFFER_MADE: "probability_offer_made"}


def set_values(doc: Document) -> None:
	"""Set currency, exchange rate and the value in company currency."""
	if not doc.company:
		return
	company_currency = get_company_currency(doc)
	doc.currency = doc.currency or company_currency
	doc.conversion_rate = _get_conversion_rate(doc, company_currency)
	doc.base_potential_value = flt(flt(doc.potential_value) * doc.conversion_rate, 9)
	validate_size(doc, "base_potential_value")


def set_weighted_value(doc: Document) -> None:
	"""Weigh the value by its probability, which follows the stage unless typed with this save."""
	if _needs_default_probability(doc):
		doc.probability = get_default_probability(doc.status)
	doc.weighted_value = flt(flt(doc.base_potential_value) * flt(doc.probability) / 100, 9)


def get_default_probability(status: str) -> float:
	"""Return the settings' percentage for a stage: 100 once won, 0 once lost."""
	stage = lifecycle.STAGES[status]
	if stage.is_closed:
		return 100 if stage.outcome is lifecycle.Outcome.WON else 0
	return flt(frappe.get_cached_doc(SETTINGS).get(STAGE_PROBABILITY[status]))


def set_won_values(doc: Document) -> None:
	"""Freeze the won value in company currency at today's exchange rate."""
	doc.won_currency = doc.won_currency or doc.currency
	company_currency = get_company_currency(doc)
	if doc.won_currency == doc.currency:
		rate = doc.conversion_rate
	else:
		rate = get_rate(doc, doc.won_currency, company_currency, getdate(doc.closed_on))
	doc.set_system_value("won_conversion_rate", rate)
	set_base_won_value(doc)


def set_base_won_value(doc: Document) -> None:
	doc.set_system_value("base_won_value", flt(flt(doc.won_value) * flt(doc.won_conversion_rate), 9))
	validate_size(doc, "base_won_value")


def get_company_currency(doc: Document) -> str:
	return frappe.get_cached_value("Company", doc.company, "default_currency")


def get_rate(doc: Document, from_currency: str, to_currency: str, on_date) -> float:
	"""Return ERPNext's exchange rate; refuse when there is none."""
	from erpnext.setup.utils import get_exchange_rate

	rate = (
		1.0 if from_currency == to_currency else flt(get_exchange_rate(from_currency, to_currency, on_date))
	)
	if rate <= 0:
		message = _("There is no exchange rate from {0} to {1}. Enter {2} or add a Currency Exchange.")
		refuse(message, from_currency, to_currency, get_label(doc, "conversion_rate"))
	return rate


def _get_conversion_rate(doc: Document, company_currency: str) -> float:
	if doc.currency == company_currency:
		return 1.0
	saved = doc.get_doc_before_save()
	is_other_pair = bool(saved) and (has_changed(doc, "currency") or has_changed(doc, "company"))
	is_typed = flt(doc.conversion_rate) > 0 and not (
		is_other_pair and doc.conversion_rate == saved.conversion_rate
	)
	if is_typed and not (doc.is_new() and flt(doc.conversion_rate) == 1):
		return flt(doc.conversion_rate)
	return get_rate(doc, doc.currency, company_currency, getdate(doc.opened_on))


def _needs_default_probability(doc: Document) -> bool:
	if lifecycle.is_closed(doc.status):
		return True
	if doc.flags.probability_is_given:
		return False
	saved = doc.get_doc_before_save()
	if saved is None:
		return doc.get("probability") in (None, "")  # 0 is a value
	return saved.status != doc.status and flt(doc.probability) == flt(saved.probability)
