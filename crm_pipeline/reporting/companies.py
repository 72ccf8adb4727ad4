"""Amounts are in company currency, and two currencies are never added."""

import frappe
from frappe import _

from crm_pipeline.refusal import refuse


def choose_company(company: str | None) -> tuple[str | None, str, str]:
	"""Return the company to report on (None: any, they share a currency), the currency, and what to tell the reader."""
	currencies = {
		row.name: row.default_currency
		for row in frappe.get_all("Company", fields=["name", "default_currency"], order_by="name")
	}
	if company:
		return (company if len(currencies) > 1 else None), currencies[company], ""
	if len(set(currencies.values())) <= 1:
		return None, next(iter(currencies.values()), ""), ""
	default = frappe.defaults.get_user_default("Company")
	if default not in currencies:
		refuse(_("Choose a {0}: the companies of this site use different currencies."), _("Company"))
	note = _("{0} only: the companies of this site use different currencies.").format(
		frappe.utils.escape_html(default)
	)
	return default, currencies[default], note
