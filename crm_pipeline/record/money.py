"""Values and currencies: what follows from them is computed here, on the server."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import flt, getdate

from crm_pipeline.constants import SETTINGS
from crm_pipeline.domain import lifecycle
from crm_pipeline.record.changes import has_changed, stays_closed
from crm_pipeline.record.given import is_given, was_named
from crm_pipeline.record.input_values import validate_size
from crm_pipeline.refusal import get_label, refuse

STAGE_PROBABILITY = {lifecycle.OPEN: "probability_open", lifecycle.OFFER_MADE: "probability_offer_made"}


def set_values(doc: Document) -> None:
	"""Set currency, exchange rate and the value in company currency."""
	if not doc.company or stays_closed(doc):
		return
	company_currency = get_company_currency(doc)
	doc.currency = doc.currency or company_currency
	doc.conversion_rate = _get_conversion_rate(doc, company_currency)
	_set_rounded(doc, "base_potential_value", flt(doc.potential_value) * doc.conversion_rate)
	validate_size(doc, "base_potential_value")


def set_weighted_value(doc: Document) -> None:
	"""Weigh the value by its probability, which follows the stage unless typed with this save."""
	if stays_closed(doc):
		return
	if _needs_default_probability(doc):
		doc.probability = get_default_probability(doc.status)
	_set_rounded(doc, "weighted_value", flt(doc.base_potential_value) * flt(doc.probability) / 100)


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
	base_value = flt(doc.won_value) * flt(doc.won_conversion_rate)
	doc.set_system_value("base_won_value", flt(base_value, doc.precision("base_won_value")))
	validate_size(doc, "base_won_value")


def _set_rounded(doc: Document, fieldname: str, value: float) -> None:
	"""Money is rounded as the framework and ERPNext round it: to the precision of its field."""
	doc.set(fieldname, flt(value, doc.precision(fieldname)))


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
	is_former = is_other_pair and doc.conversion_rate == saved.conversion_rate
	if flt(doc.conversion_rate) > 0 and (was_named(doc, "conversion_rate") or not is_former):
		return flt(doc.conversion_rate)
	return get_rate(doc, doc.currency, company_currency, getdate(doc.opened_on))


def _needs_default_probability(doc: Document) -> bool:
	if lifecycle.is_closed(doc.status):
		return True
	if doc.flags.probability_is_given:
		return False
	saved = doc.get_doc_before_save()
	if saved is None:
		return not is_given(doc.get("probability"))
	return saved.status != doc.status and flt(doc.probability) == flt(saved.probability)
