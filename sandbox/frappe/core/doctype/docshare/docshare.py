"""Shares of a document with a user."""

import frappe
from frappe.model.document import Document
from frappe.utils import get_fullname


class DocShare(Document):
	def validate(self):
		if self.everyone:
			self.user = None
		elif not self.user:
			frappe.throw("User is mandatory for Share", frappe.MandatoryError)
		self.check_share_permission()
		if self.submit:
			self.write = 1
		if self.share or self.write:
			self.read = 1
		self.get_doc().run_method("validate_share", self)

	def get_doc(self):
		return frappe.get_doc(self.share_doctype, self.share_name)

	def check_share_permission(self):
		if not self.flags.ignore_share_permission and not self.get_doc().has_permission("share"):
			frappe.throw('You need to have "Share" permission', frappe.PermissionError)

	def after_insert(self):
		whom = "everyone" if self.everyone else get_fullname(self.user)
		self.get_doc().add_comment("Shared", f"{get_fullname(self.owner)} shared this document with {whom}")

	def on_trash(self):
		if not self.flags.ignore_share_permission:
			self.check_share_permission()
		text = f"{get_fullname(self.owner)} un-shared this document with {get_fullname(self.user)}"
		self.get_doc().add_comment("Unshared", text)
