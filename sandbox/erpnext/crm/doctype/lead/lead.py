"""Leads; their status follows the documents made from them."""

import frappe
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc
from frappe.utils import comma_and, get_link_to_form


class Lead(Document):
	def before_insert(self):
		self.contact_doc = None
		if frappe.db.get_single_value("CRM Settings", "auto_creation_of_contact"):
			self.contact_doc = self.create_contact()

	def after_insert(self):
		if self.contact_doc:
			self.contact_doc.append("links", {"link_doctype": "Lead", "link_name": self.name})
			self.contact_doc.save()

	def validate(self):
		self.set_lead_name()
		self.title = self.company_name or self.lead_name
		self.set_status()
		self.check_email_id_is_unique()

	def set_lead_name(self):
		if self.first_name:
			names = [self.salutation, self.first_name, self.middle_name, self.last_name]
			self.lead_name = " ".join(filter(None, names))
		if self.lead_name:
			return
		if not self.company_name and not self.email_id and not self.flags.ignore_mandatory:
			frappe.throw("A Lead requires either a person's name or an organization's name")
		self.lead_name = self.company_name or (self.email_id or "").split("@")[0]

	def set_status(self, update=False, status=None):
		"""Set the status that the lead's customer, quotations and opportunities give it, if they do."""
		if self.is_new():
			return
		quotations = {"party_name": self.name, "docstatus": 1}
		for status, doctype, filters in (
			("Converted", "Customer", {"lead_name": self.name}),
			("Quotation", "Quotation", {**quotations, "status": ("!=", "Lost")}),
			("Opportunity", "Opportunity", {"party_name": self.name, "status": ("!=", "Lost")}),
			("Lost Quotation", "Quotation", {**quotations, "status": "Lost"}),
		):
			if frappe.db.exists(doctype, filters):
				self.status = status
				break
		if update:
			self.db_set("status", self.status)

	def check_email_id_is_unique(self):
		if not self.email_id or frappe.db.get_single_value(
			"CRM Settings", "allow_lead_duplication_based_on_emails"
		):
			return
		filters = {"email_id": self.email_id, "name": ("!=", self.name)}
		links = [
			frappe.bold(get_link_to_form("Lead", name))
			for name in frappe.get_all("Lead", filters, pluck="name")
		]
		if links:
			message = f"Email Address must be unique, it is already used in {comma_and(links)}"
			frappe.throw(message, frappe.DuplicateEntryError)

	def create_contact(self):
		self.set_lead_name()
		contact = frappe.new_doc("Contact", first_name=self.first_name or self.lead_name)
		contact.update(
			{"last_name": self.last_name, "company_name": self.company_name, "designation": self.job_title}
		)
		if self.email_id:
			contact.add_email(self.email_id, is_primary=1)
		if self.phone:
			contact.add_phone(self.phone, is_primary_phone=1)
		if self.mobile_no:
			contact.add_phone(self.mobile_no, is_primary_mobile_no=1)
		return contact.insert(ignore_permissions=True)


@frappe.whitelist()
def make_customer(source_name, target_doc=None):
	return _make_customer(source_name, target_doc)


def _make_customer(source_name, target_doc=None, ignore_permissions=False):
	"""Return an unsaved Customer made from a lead."""

	def set_missing_values(source, target):
		target.customer_type = "Company" if source.company_name else "Individual"
		target.customer_name = source.company_name or source.lead_name
		target.customer_group = frappe.db.get_default("Customer Group")

	maps = {
		"Lead": {
			"doctype": "Customer",
			"field_map": {"name": "lead_name", "company_name": "customer_name"},
			"field_no_map": ["disabled"],
		}
	}
	return get_mapped_doc(
		"Lead", source_name, maps, target_doc, set_missing_values, ignore_permissions=ignore_permissions
	)
