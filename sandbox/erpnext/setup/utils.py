"""Exchange rates."""

import frappe
from frappe.utils import nowdate


@frappe.whitelist()
def get_exchange_rate(from_currency, to_currency, transaction_date=None, args=None):
	"""Return the last rate known on that day, 0 if none is."""
	if from_currency == to_currency:
		return 1
	currencies = {"from_currency": from_currency, "to_currency": to_currency}
	filters = {"date": ("<=", transaction_date or nowdate()), **currencies, **({args: 1} if args else {})}
	return frappe.db.get_value("Currency Exchange", filters, "exchange_rate", order_by="date desc") or 0.0
