"""E-mails and calls; whoever may read the document they refer to may read them."""

import frappe
from frappe.model.document import Document
from frappe.utils import parse_addr


class Communication(Document):
	def validate(self):
		self.status = self.status or ("Linked" if self.reference_name else "Open")
		self.sent_or_received = self.sent_or_received or "Sent"
		if self.sender:
			self.sender_full_name = self.sender_full_name or parse_addr(self.sender)[0]

	def on_update(self):
		"""Stamp the first response on a parent that has the fields for it."""
		if not self.reference_name or self.sent_or_received != "Sent":
			return
		parent = frappe.get_doc(self.reference_doctype, self.reference_name)
		if parent.meta.has_field("first_response_time") and not parent.get("first_responded_on"):
			elapsed = frappe.utils.time_diff_in_seconds(self.creation, parent.creation)
			parent.db_set({"first_responded_on": self.creation, "first_response_time": elapsed})


def has_permission(doc, ptype, user=None, debug=False):
	if ptype != "read" or doc.reference_doctype in (None, "Communication") or not doc.reference_name:
		return None
	return frappe.has_permission(doc.reference_doctype, "read", doc.reference_name, user)
