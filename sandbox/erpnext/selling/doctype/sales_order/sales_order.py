"""Sales orders; a submitted one tells its quotations."""

import frappe
from erpnext.controllers.transaction import Transaction


class SalesOrder(Transaction):
	def on_submit(self):
		self.update_quotations()

	def on_cancel(self):
		self.set_status(update=True)
		self.update_quotations()

	def get_status(self):
		return "To Deliver and Bill" if self.docstatus == 1 else super().get_status()

	def update_quotations(self):
		for name in filter(None, {row.prevdoc_docname for row in self.items}):
			frappe.get_doc("Quotation", name).set_status(update=True)
