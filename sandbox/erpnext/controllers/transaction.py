"""What quotations and orders have in common: defaults, totals without taxes of their own, status."""

import erpnext
import frappe
from erpnext.setup.utils import get_exchange_rate
from frappe.model.document import Document
from frappe.utils import flt


class Transaction(Document):
	"""A document with priced items."""

	price_list_field = "selling_price_list"

	def validate(self):
		self.set_missing_values()
		self.calculate_taxes_and_totals()
		self.set_status()

	def before_submit(self):
		self.set_status()

	def before_cancel(self):
		self.set_status()

	def set_missing_values(self, for_validate=False):
		"""Fill currency, rates, price list and what the items say of themselves."""
		company_currency = erpnext.get_company_currency(self.company)
		self.currency = self.currency or company_currency
		if not self.conversion_rate:
			self.conversion_rate = get_exchange_rate(self.currency, company_currency, self.transaction_date)
		if not self.get(self.price_list_field):
			self.set(self.price_list_field, frappe.db.get_default(self.price_list_field))
		self.price_list_currency = self.price_list_currency or company_currency
		self.plc_conversion_rate = self.plc_conversion_rate or 1
		for row in self.items:
			self.set_item_details(row)

	@staticmethod
	def set_item_details(row):
		if row.item_code:
			columns = ["item_name", "description", "stock_uom", "item_group", "brand"]
			item = frappe.db.get_value("Item", row.item_code, columns, as_dict=True)
			row.update_if_missing(item)
			row.uom = row.uom or item.stock_uom
		row.conversion_factor = row.conversion_factor or 1

	def calculate_taxes_and_totals(self):
		"""Compute the amounts; a discount on the whole is spread over the rows."""
		for row in self.items:
			row.stock_qty = flt(row.qty) * flt(row.conversion_factor)
			row.amount = flt(flt(row.qty) * flt(row.rate), 2)
		self.total_qty = sum(flt(row.qty) for row in self.items)
		self.total = sum(row.amount for row in self.items)
		if self.get("additional_discount_percentage"):
			self.discount_amount = flt(self.total * self.additional_discount_percentage / 100, 2)
		self.net_total = self.total - flt(self.discount_amount)
		self.grand_total = self.rounded_total = self.net_total + flt(self.total_taxes_and_charges)
		share = self.net_total / self.total if self.total else 1
		for row in self.items:
			row.net_amount = flt(row.amount * share, 2)
			row.net_rate = row.net_amount / row.qty if row.qty else 0
		self.set_base_values()

	def set_base_values(self):
		for doc, fields in (
			(self, ("total", "net_total", "grand_total")),
			*((row, ROW_FIELDS) for row in self.items),
		):
			for field in fields:
				doc.set(f"base_{field}", flt(flt(doc.get(field)) * flt(self.conversion_rate), 2))

	def set_status(self, update=False, status=None, update_modified=True):
		"""Set the status that `docstatus` and the documents made from this one give it."""
		self.status = status or self.get_status()
		if update:
			self.db_set("status", self.status, update_modified=update_modified)

	def get_status(self):
		return ("Draft", "Submitted", "Cancelled")[self.docstatus]


ROW_FIELDS = ("rate", "amount", "net_rate", "net_amount")
