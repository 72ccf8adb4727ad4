"""Comments of the timeline."""

import frappe
from frappe.model.document import Document


class Comment(Document):
	def validate(self):
		self.comment_email = self.comment_email or frappe.session.user
