"""Quotations of suppliers."""

from erpnext.controllers.transaction import Transaction


class SupplierQuotation(Transaction):
	price_list_field = "buying_price_list"

	def on_cancel(self):
		self.set_status(update=True)
