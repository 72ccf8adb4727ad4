"""Users and their roles."""

import frappe
from frappe.model.document import Document


class User(Document):
	def autoname(self):
		is_standard = self.name in ("Administrator", "Guest")
		self.name = self.name if is_standard else (self.email or "").strip().lower()

	def validate(self):
		self.full_name = " ".join(filter(None, (self.first_name, self.last_name)))
		self.remove_double_roles()
		self.set_system_user()

	def remove_double_roles(self):
		seen = {row.role: row for row in reversed(self.roles)}
		self.set("roles", [row for row in self.roles if seen[row.role] is row])

	def set_system_user(self):
		"""A user with a role that opens the desk is a System User."""
		if self.name in ("Administrator", "Guest"):
			return
		desk_roles = frappe.get_all("Role", filters={"desk_access": 1}, pluck="name")
		has_desk = any(row.role in desk_roles for row in self.roles)
		self.user_type = "System User" if has_desk else "Website User"

	def on_update(self):
		frappe.local.role_permissions.clear()

	def add_roles(self, *roles):
		"""Give the user roles and save."""
		self.append_roles(*roles)
		self.save()

	def append_roles(self, *roles):
		present = [row.role for row in self.roles]
		for role in roles:
			if role not in present:
				self.append("roles", {"role": role})

	def remove_roles(self, *roles):
		self.set("roles", [row for row in self.roles if row.role not in roles])
		self.save()


def get_permission_query_conditions(user):
	"""Nobody but Administrator lists the standard users."""
	return "" if user == "Administrator" else "`tabUser`.name not in ('Administrator', 'Guest')"
