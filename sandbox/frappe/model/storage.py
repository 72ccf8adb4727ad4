"""Writing one row as it stands: no rules, no events."""

import frappe
from frappe.database.values import to_column
from frappe.utils.data import now


class StorageMixin:
	"""The writing of a document's own row."""

	def _columns_to_store(self):
		types = self.meta.column_types
		return {column: to_column(types[column], value) for column, value in self.get_valid_dict().items()}

	def db_insert(self, ignore_if_duplicate=False):
		"""Write a new row as it stands."""
		from frappe.model.naming import set_new_name

		if not self.name:
			set_new_name(self)
		if not self.creation:
			self.creation = self.modified = now()
			self.owner = self.modified_by = frappe.session.user
		values = self._columns_to_store()
		columns = ", ".join(f"`{column}`" for column in values)
		marks = ", ".join(["%s"] * len(values))
		query = f"insert into `tab{self.doctype}` ({columns}) values ({marks})"
		try:
			frappe.db.sql(query, list(values.values()))
		except frappe.db.IntegrityError as error:
			self._explain_duplicate(error, ignore_if_duplicate)
		self.__dict__["__islocal"] = False

	def _explain_duplicate(self, error, ignore_if_duplicate):
		if not frappe.db.exists(self.doctype, self.name):
			self._raise_unique_violation(error)
		if not ignore_if_duplicate:
			name = frappe.bold(self.name)
			frappe.msgprint(f"{self.doctype} {name} already exists", title="Duplicate Name", indicator="red")
			raise frappe.DuplicateEntryError(self.doctype, self.name, error)

	def _raise_unique_violation(self, error):
		if not frappe.db.is_unique_key_violation(error):
			raise error
		fieldname = str(error).rpartition(".")[2]
		frappe.msgprint(f"{self.meta.get_label(fieldname)} must be unique")
		raise frappe.UniqueValidationError(self.doctype, self.name, error)

	def db_update(self):
		"""Write the row as it stands, whether it exists or not."""
		if self.is_new() or not self.name:
			return self.db_insert()
		values = self._columns_to_store()
		name = values.pop("name")
		assignments = ", ".join(f"`{column}` = %s" for column in values)
		try:
			frappe.db.sql(
				f"update `tab{self.doctype}` set {assignments} where `name` = %s", [*values.values(), name]
			)
		except frappe.db.IntegrityError as error:
			self._raise_unique_violation(error)

	def db_update_all(self):
		self.db_update()
		for row in self.get_all_children():
			row.db_update()
