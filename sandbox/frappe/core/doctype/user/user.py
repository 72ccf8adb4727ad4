"""Users and their roles."""

import frappe
from frappe.model.document import Document


class User(Document):
	def autoname(self):
		is_standard = self.name in frappe.STANDARD_USERS
		self.name = self.name if is_standard else (self.email or "").strip().lower()

	def validate(self):
		"""A user with a role that opens the desk is a System User."""
		self.full_name = " ".join(filter(None, (self.first_name, self.last_name)))
		if self.name not in frappe.STANDARD_USERS:
			desk_roles = frappe.get_all("Role", filters={"desk_access": 1}, pluck="name")
			has_desk = any(row.role in desk_roles for row in self.roles)
			self.user_type = "System User" if has_desk else "Website User"

	def add_roles(self, *roles):
		known = {row.role for row in self.roles}
		self.extend("roles", [{"role": role} for role in roles if role not in known])
		self.save()
