"""Customers; one made from a lead marks it Converted and takes its contacts and addresses along."""

import frappe
from frappe.model.document import Document


class Customer(Document):
	def autoname(self):
		if frappe.defaults.get_global_default("cust_master_name") == "Customer Name":
			self.name = self.get_customer_name()

	def get_customer_name(self):
		if not frappe.db.exists("Customer", self.customer_name) or frappe.flags.in_import:
			return self.customer_name
		count = frappe.db.count("Customer", {"name": ("like", f"{self.customer_name} - %")})
		return f"{self.customer_name} - {count + 1}"

	def validate(self):
		self.flags.is_new_doc = self.is_new()
		self.flags.old_lead = self.lead_name

	def after_insert(self):
		self.update_lead_status()

	def on_update(self):
		if frappe.db.exists("Customer Group", self.name):
			frappe.throw("A Customer Group exists with same name", frappe.NameError)
		self.create_primary_contact()
		if self.flags.old_lead != self.lead_name:
			self.update_lead_status()
		if self.flags.is_new_doc and self.lead_name:
			self.link_lead_address_and_contact()

	def update_lead_status(self):
		if self.lead_name:
			frappe.db.set_value("Lead", self.lead_name, "status", "Converted")

	def create_primary_contact(self):
		if self.customer_primary_contact or self.lead_name or not (self.mobile_no or self.email_id):
			return
		contact = frappe.new_doc("Contact", first_name=self.customer_name, is_primary_contact=1)
		contact.append("links", {"link_doctype": "Customer", "link_name": self.name})
		if self.email_id:
			contact.add_email(self.email_id, is_primary=1)
		if self.mobile_no:
			contact.add_phone(self.mobile_no, is_primary_mobile_no=1)
		contact.insert()
		self.db_set("customer_primary_contact", contact.name)

	def link_lead_address_and_contact(self):
		for doctype in ("Contact", "Address"):
			links = {"parenttype": doctype, "link_doctype": "Lead", "link_name": self.lead_name}
			for name in frappe.get_all("Dynamic Link", filters=links, pluck="parent"):
				doc = frappe.get_doc(doctype, name)
				if not doc.has_link("Customer", self.name):
					doc.append("links", {"link_doctype": "Customer", "link_name": self.name})
					doc.save(ignore_permissions=self.flags.ignore_permissions)
