"""Requests for quotation to suppliers."""

from erpnext.controllers.transaction import Transaction
from frappe.model.document import Document


class RequestforQuotation(Document):
	def validate(self):
		for row in self.items:
			Transaction.set_item_details(row)
			row.stock_uom = row.stock_uom or row.uom
		self.status = ("Draft", "Submitted", "Cancelled")[self.docstatus]

	def on_cancel(self):
		self.db_set("status", "Cancelled")
