"""People of customers, leads and suppliers."""

import frappe
from frappe.model.document import Document


class Contact(Document):
	def autoname(self):
		name = "-".join([self._get_full_name(), *(link.link_name for link in self.links[:1])])
		count = len(frappe.get_all("Contact", {"name": ("like", f"{name}%")})) if name else 0
		self.name = f"{name}-{count}" if frappe.db.exists("Contact", name) else name

	def validate(self):
		self.full_name = self._get_full_name()
		self.set_primary("email_ids", "email_id", "is_primary", "email_id")
		self.set_primary("phone_nos", "phone", "is_primary_phone", "phone")
		self.set_primary("phone_nos", "phone", "is_primary_mobile_no", "mobile_no")
		if not self.user and self.email_id:
			self.user = frappe.db.get_value("User", {"email": self.email_id})

	def _get_full_name(self):
		names = [self.first_name, self.middle_name, self.last_name]
		return " ".join(filter(None, names)) or self.company_name or ""

	def set_primary(self, table, column, mark, fieldname):
		"""Bring the row that is marked as primary (an only e-mail is) up to the contact."""
		rows = self.get(table)
		if table == "email_ids" and len(rows) == 1:
			rows[0].set(mark, 1)
		marked = [row for row in rows if row.get(mark)]
		if len(marked) > 1:
			frappe.throw(f"Only one {frappe.bold(frappe.unscrub(fieldname))} can be set as primary.")
		self.set(fieldname, marked[0].get(column) if marked else "")

	def has_link(self, doctype, name):
		return any((link.link_doctype, link.link_name) == (doctype, name) for link in self.links)

	def get_link_for(self, link_doctype):
		return next((link.link_name for link in self.links if link.link_doctype == link_doctype), None)

	def add_email(self, email_id, is_primary=0, autosave=False):
		if email_id not in [row.email_id for row in self.email_ids]:
			self.append("email_ids", {"email_id": email_id, "is_primary": is_primary})
			if autosave:
				self.save(ignore_permissions=True)

	def add_phone(self, phone, is_primary_phone=0, is_primary_mobile_no=0, autosave=False):
		if phone not in [row.phone for row in self.phone_nos]:
			marks = {"is_primary_phone": is_primary_phone, "is_primary_mobile_no": is_primary_mobile_no}
			self.append("phone_nos", {"phone": phone, **marks})
			if autosave:
				self.save(ignore_permissions=True)


def get_default_contact(doctype, name):
	"""Return the name of the record's contact, the primary one first."""
	linked = [["Dynamic Link", "link_doctype", "=", doctype], ["Dynamic Link", "link_name", "=", name]]
	names = frappe.get_all(
		"Contact",
		filters=linked,
		pluck="name",
		order_by="is_primary_contact desc, `tabContact`.creation",
		limit=1,
	)
	return names[0] if names else None


def get_contact_name(email_id):
	"""Return the name of the contact with an e-mail address."""
	return frappe.db.get_value("Contact Email", {"email_id": email_id}, "parent")


@frappe.whitelist()
def get_contact_details(contact):
	"""Return what a document takes over of its contact."""
	doc = frappe.get_doc("Contact", contact)
	doc.check_permission()
	fields = {"display": "full_name", "email": "email_id", "mobile": "mobile_no", "phone": "phone"}
	fields.update(person="name", designation="designation", department="department")
	return {f"contact_{key}": doc.get(fieldname) for key, fieldname in fields.items()}
