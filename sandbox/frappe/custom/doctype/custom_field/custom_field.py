"""Fields that apps add to DocTypes of others."""

import frappe
from frappe.model.document import Document


class CustomField(Document):
	def autoname(self):
		self.name = f"{self.dt}-{self.fieldname}"

	def on_update(self):
		frappe.clear_cache(doctype=self.dt)

	after_delete = on_update


def create_custom_fields(custom_fields, ignore_validate=False, update=True):
	"""Create or update fields given as {DocType: [field, …]}; that changes tables and commits."""
	for doctypes, fields in custom_fields.items():
		for doctype in doctypes if isinstance(doctypes, tuple) else (doctypes,):
			for df in [fields] if isinstance(fields, dict) else fields:
				_create_custom_field(doctype, df)
			frappe.clear_cache(doctype=doctype)
			frappe.db.updatedb(doctype)


def _create_custom_field(doctype, df):
	name = frappe.db.get_value("Custom Field", {"dt": doctype, "fieldname": df["fieldname"]})
	field = frappe.get_doc("Custom Field", name) if name else frappe.new_doc("Custom Field", dt=doctype)
	field.update({"is_system_generated": 1, "label": frappe.unscrub(df["fieldname"]), **df})
	field.save(ignore_permissions=True)
