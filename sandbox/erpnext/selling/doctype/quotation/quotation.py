"""Quotations to customers and leads."""

import frappe
from erpnext.controllers.transaction import Transaction
from frappe.model.mapper import get_mapped_doc
from frappe.utils import getdate, nowdate


class Quotation(Transaction):
	def validate(self):
		if self.valid_till and getdate(self.valid_till) < getdate(self.transaction_date):
			frappe.throw("Valid till date cannot be before transaction date")
		self.set_customer_name()
		super().validate()

	def set_customer_name(self):
		if self.party_name and self.quotation_to == "Customer":
			self.customer_name = frappe.db.get_value("Customer", self.party_name, "customer_name")
		elif self.party_name and self.quotation_to == "Lead":
			columns = ["company_name", "lead_name"]
			self.customer_name = next(
				filter(None, frappe.db.get_value("Lead", self.party_name, columns)), None
			)

	def on_submit(self):
		self.refuse_foreign_opportunity()
		self.update_lead()

	def on_cancel(self):
		self.refuse_foreign_opportunity()
		self.set_status(update=True)
		self.update_lead()

	def refuse_foreign_opportunity(self):
		"""ERPNext loads an Opportunity by each of these names; one that is none stops the document."""
		for name in filter(None, {self.opportunity, *(row.prevdoc_docname for row in self.items)}):
			frappe.get_doc("Opportunity", name)

	def update_lead(self):
		if self.quotation_to == "Lead" and self.party_name:
			frappe.get_doc("Lead", self.party_name).set_status(update=True)

	def get_status(self):
		if self.docstatus != 1:
			return super().get_status()
		ordered = self.get_ordered_status()
		return self.status if self.status == "Lost" and ordered == "Open" else ordered

	def get_ordered_status(self):
		"""Return Open, Partially Ordered or Ordered, by the submitted orders."""
		rows = frappe.get_all(
			"Sales Order Item",
			filters={"prevdoc_docname": self.name, "docstatus": 1},
			fields=["item_code", "sum(qty)"],
			group_by="item_code",
			order_by=None,
			as_list=True,
		)
		ordered = dict(rows)
		if not ordered:
			return "Open"
		is_short = any(row.qty > ordered.get(row.item_code, 0) for row in self.items)
		return "Partially Ordered" if is_short else "Ordered"

	@frappe.whitelist()
	def declare_enquiry_lost(self, lost_reasons_list, competitors, detailed_reason=None):
		"""Mark a quotation that nobody ordered as lost."""
		if self.get_ordered_status() != "Open":
			frappe.throw("Cannot set as Lost as Sales Order is made.")
		self.db_set("status", "Lost")
		if detailed_reason:
			self.db_set("order_lost_reason", detailed_reason)
		self.extend("lost_reasons", lost_reasons_list)
		self.extend("competitors", competitors)
		self.update_lead()
		self.save()


@frappe.whitelist()
def make_sales_order(source_name: str, target_doc=None):
	"""Return an unsaved Sales Order; the lead of a quotation becomes a customer."""
	customer = _make_customer(source_name)

	def set_missing_values(source, target):
		target.customer, target.customer_name = customer.name, customer.customer_name
		target.delivery_date = nowdate()
		target.run_method("set_missing_values")
		target.run_method("calculate_taxes_and_totals")

	maps = {
		"Quotation": {"doctype": "Sales Order", "validation": {"docstatus": ["=", 1]}},
		"Quotation Item": {
			"doctype": "Sales Order Item",
			"field_map": {"parent": "prevdoc_docname", "name": "quotation_item"},
			"condition": lambda row: not row.is_alternative,
		},
	}
	return get_mapped_doc("Quotation", source_name, maps, target_doc, set_missing_values)


def _make_customer(source_name):
	from erpnext.crm.doctype.lead.lead import _make_customer as make_customer_of_lead

	quotation = frappe.db.get_value("Quotation", source_name, ["quotation_to", "party_name"], as_dict=True)
	if quotation.quotation_to == "Customer":
		return frappe.get_doc("Customer", quotation.party_name)
	known = frappe.db.get_value("Customer", {"lead_name": quotation.party_name})
	if known:
		return frappe.get_doc("Customer", known)
	customer = make_customer_of_lead(quotation.party_name)
	customer.flags.ignore_mandatory = True
	return customer.insert()


def set_expired_status():
	"""Mark open quotations whose day has passed as Expired, by SQL: no event runs."""
	frappe.db.sql(
		"""update tabQuotation set status = 'Expired'
		where docstatus = 1 and status not in ('Expired', 'Lost') and valid_till < %s and not exists (
			select name from `tabSales Order Item` where docstatus = 1 and prevdoc_docname = tabQuotation.name
		)""",
		(nowdate(),),
	)
