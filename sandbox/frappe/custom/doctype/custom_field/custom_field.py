"""Fields that apps add to DocTypes of others."""

import frappe
from frappe.model.document import Document


class CustomField(Document):
	def autoname(self):
		self.fieldname = self.fieldname or frappe.scrub(self.label)
		self.name = f"{self.dt}-{self.fieldname}"

	def validate(self):
		self.label = self.label or frappe.unscrub(self.fieldname)
		if self.is_new() and frappe.get_meta(self.dt).has_field(self.fieldname):
			frappe.throw(f"A field with the name {self.fieldname} already exists in {self.dt}")

	def on_update(self):
		frappe.clear_cache(doctype=self.dt)
		if not self.flags.ignore_validate:
			frappe.db.updatedb(self.dt)

	def on_trash(self):
		frappe.clear_cache(doctype=self.dt)

	def after_delete(self):
		frappe.clear_cache(doctype=self.dt)


def create_custom_fields(custom_fields, ignore_validate=False, update=True):
	"""Create or update fields given as {DocType: [field, …]}; that changes tables and commits."""
	for doctypes, fields in custom_fields.items():
		for doctype in doctypes if isinstance(doctypes, tuple) else (doctypes,):
			for df in [fields] if isinstance(fields, dict) else fields:
				_create_custom_field(doctype, df, update)
			frappe.clear_cache(doctype=doctype)
			frappe.db.updatedb(doctype)


def _create_custom_field(doctype, df, update):
	name = frappe.db.get_value("Custom Field", {"dt": doctype, "fieldname": df["fieldname"]})
	if name and not update:
		return
	field = frappe.get_doc("Custom Field", name) if name else frappe.new_doc("Custom Field", dt=doctype)
	field.update({"is_system_generated": 1, **df})
	field.flags.ignore_validate = True
	field.save(ignore_permissions=True)


def create_custom_field(doctype, df, ignore_validate=False, is_system_generated=True):
	create_custom_fields({doctype: df}, ignore_validate)
