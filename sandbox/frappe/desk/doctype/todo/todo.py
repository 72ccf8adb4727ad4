"""To-dos; the open ones of a document stand in its `_assign`."""

import json

import frappe
from frappe.model.document import Document
from frappe.permissions import AUTOMATIC_ROLES, get_doctype_roles
from frappe.utils import get_fullname


class ToDo(Document):
	def validate(self):
		self._assignment = None
		if self.is_new():
			self._assignment = ("Assigned", self._describe_assignment())
		elif self.get_db_value("status") != self.status:
			who = get_fullname(frappe.session.user)
			own = self.allocated_to == frappe.session.user
			removed = f"Assignment of {get_fullname(self.allocated_to)} removed by {who}"
			self._assignment = (
				"Assignment Completed",
				f"{who} removed their assignment." if own else removed,
			)

	def _describe_assignment(self):
		by, to = get_fullname(self.assigned_by), get_fullname(self.allocated_to)
		if self.assigned_by == self.allocated_to:
			return f"{by} self assigned this task: {self.description}"
		return f"{by} assigned {to}: {self.description}"

	def on_update(self):
		if self._assignment and self.reference_name:
			comment_type, text = self._assignment
			frappe.get_doc(self.reference_type, self.reference_name).add_comment(comment_type, text)
		self.update_in_reference()

	def on_trash(self):
		self.update_in_reference()

	def update_in_reference(self):
		"""Write the users with an open to-do to the document it refers to."""
		if not (self.reference_type and self.reference_name):
			return
		filters = {
			"reference_type": self.reference_type,
			"reference_name": self.reference_name,
			"status": ("not in", ("Cancelled", "Closed")),
			"allocated_to": ("is", "set"),
		}
		users = frappe.db.get_values("ToDo", filters, "allocated_to", pluck=True)[::-1]
		frappe.db.set_value(
			self.reference_type,
			self.reference_name,
			"_assign",
			json.dumps(users) if users else "",
			update_modified=False,
		)


def _sees_all(user, ptype="read"):
	roles = set(get_doctype_roles("ToDo", ptype)) - set(AUTOMATIC_ROLES)
	return bool(roles & set(frappe.get_roles(user)))


def get_permission_query_conditions(user):
	user = user or frappe.session.user
	if _sees_all(user):
		return None
	name = frappe.db.escape(user, percent=False)
	return f"(`tabToDo`.allocated_to = {name} or `tabToDo`.assigned_by = {name})"


def has_permission(doc, ptype="read", user=None):
	user = user or frappe.session.user
	return _sees_all(user, ptype) or user in (doc.allocated_to, doc.assigned_by)
