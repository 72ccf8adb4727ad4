"""Calendar events; a private one belongs to its owner and those it is shared with."""

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime


class Event(Document):
	def validate(self):
		self.starts_on = self.starts_on or frappe.utils.now_datetime()
		if self.ends_on and get_datetime(self.ends_on) < get_datetime(self.starts_on):
			frappe.throw("Event end must be after start")

	def add_participant(self, doctype, docname):
		self.append("event_participants", {"reference_doctype": doctype, "reference_docname": docname})


def get_permission_query_conditions(user):
	owner = frappe.db.escape(user or frappe.session.user, percent=False)
	return f"(`tabEvent`.`event_type` = 'Public' or `tabEvent`.`owner` = {owner})"


def has_permission(doc, user):
	return bool(doc.event_type == "Public" or doc.owner == user or doc.is_new())
