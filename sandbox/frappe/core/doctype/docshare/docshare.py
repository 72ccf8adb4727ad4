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

	def check_share_permission(self):
		if not self.flags.ignore_share_permission:
			frappe.get_doc(self.share_doctype, self.share_name).check_permission("share")

	def after_insert(self):
		self._comment("Shared", "shared this document with")

	def on_trash(self):
		self.check_share_permission()
		self._comment("Unshared", "un-shared this document with")

	def _comment(self, comment_type, verb):
		whom = "everyone" if self.everyone else get_fullname(self.user)
		doc = frappe.get_doc(self.share_doctype, self.share_name)
		doc.add_comment(comment_type, f"{get_fullname(self.owner)} {verb} {whom}")
