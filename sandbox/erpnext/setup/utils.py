"""Exchange rates."""

import frappe
from frappe.utils import nowdate


@frappe.whitelist()
def get_exchange_rate(from_currency, to_currency, transaction_date=None, args=None):
	"""Return the last rate known on that day, 0 if none is."""
	if not (from_currency and to_currency):
		return None
	if from_currency == to_currency:
		return 1
	direction = {"for_selling": "for_selling", "for_buying": "for_buying"}.get(args)
	filters = {
		"date": ("<=", transaction_date or nowdate()),
		"from_currency": from_currency,
		"to_currency": to_currency,
		**({direction: 1} if direction else {}),
	}
	return frappe.db.get_value("Currency Exchange", filters, "exchange_rate", order_by="date desc") or 0.0
