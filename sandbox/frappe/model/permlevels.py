"""Permissions of a document and of its fields with a permission level."""

import frappe
from frappe.model import display_fieldtypes


class PermissionsMixin:
	"""The permission checks of a document."""

	def has_permission(self, permtype="read", *, debug=False, user=None):
		"""Return whether the user has the right, or the flag `ignore_permissions` waives it."""
		if self.flags.ignore_permissions:
			return True
		return frappe.permissions.has_permission(self.doctype, permtype, self, user=user)

	def check_permission(self, permtype="read", permlevel=None):
		if not self.has_permission(permtype):
			self.raise_no_permission_to(permtype)

	def raise_no_permission_to(self, perm_type):
		message = (
			f"You need the '{perm_type}' permission on {frappe.bold(self.doctype)} "
			f"{self.name or ''} to perform this action."
		)
		frappe.flags.error_message = message
		raise frappe.PermissionError(message)

	def get_permlevel_access(self, permission_type="write"):
		return self.meta.get_permlevel_access(permission_type, parenttype=self.get("parenttype"))

	def has_permlevel_access_to(self, fieldname, df=None, permission_type="read"):
		df = df or self.meta.get_field(fieldname)
		return df.permlevel in self.get_permlevel_access(permission_type)

	def apply_fieldlevel_read_permissions(self):
		"""Forget the values that the user may not read."""
		if frappe.session.user == "Administrator":
			return
		levels = self.get_permlevel_access("read")
		for doc in (self, *self.get_all_children()):
			for df in doc.meta.high_permlevel_fields:
				if df.permlevel not in levels:
					doc.__dict__.pop(df.fieldname, None)

	def validate_higher_perm_levels(self):
		"""Put back the values of fields whose permission level the user does not have."""
		if self.flags.ignore_permissions or frappe.flags.in_install or frappe.session.user == "Administrator":
			return
		levels = self.get_permlevel_access()
		self._reset_without_access(levels)
		if not self.is_new():
			for row in self.get_all_children():
				row._reset_without_access(levels)

	def _reset_without_access(self, levels):
		exempt = self.flags.ignore_permlevel_for_fields or ()
		closed = [
			df for df in self.meta.high_permlevel_fields
			if df.permlevel not in levels and df.fieldtype not in display_fieldtypes
			and df.fieldname not in exempt
		]  # fmt: skip
		if closed and (reference := self._get_reference_values()):
			for df in closed:
				self.set(df.fieldname, reference.get(df.fieldname))

	def _get_reference_values(self):
		if self.is_new():
			return frappe.new_doc(self.doctype)
		if not self.parent_doc:
			return self.get_latest()
		saved = self.parent_doc.get_latest().get(self.parentfield)
		return next((row for row in saved if row.name == self.name), None)
