"""To-dos; the open ones of a document stand in its `_assign`."""

import json

import frappe
from frappe.model.document import Document


class ToDo(Document):
	def on_update(self):
		self.update_in_reference()

	def on_trash(self):
		self.update_in_reference()

	def update_in_reference(self):
		"""Write the users with an open to-do to the document it refers to."""
		if not (self.reference_type and self.reference_name):
			return
		reference = {"reference_type": self.reference_type, "reference_name": self.reference_name}
		filters = {**reference, "status": ("not in", ("Cancelled", "Closed")), "allocated_to": ("is", "set")}
		users = json.dumps(frappe.db.get_values("ToDo", filters, "allocated_to", pluck=True)[::-1])
		column = {"_assign": "" if users == "[]" else users}
		frappe.db.set_value(self.reference_type, self.reference_name, column, update_modified=False)
