"""Saving a document: the order of checks and events is Frappe's."""

import frappe
from frappe.model import optional_fields
from frappe.model.defaults import get_new_doc_values
from frappe.model.naming import set_new_name, validate_name
from frappe.types import NotInSandbox
from frappe.utils.data import cstr, now


class SavingMixin:
	"""Insert and save."""

	_doc_before_save = None

	def insert(
		self, ignore_permissions=None, ignore_links=None, ignore_if_duplicate=False, ignore_mandatory=None,
		set_name=None,
	):  # fmt: skip
		"""Check the document and write it as a new one."""
		flags = {"ignore_permissions": ignore_permissions, "ignore_links": ignore_links}
		self._set_flags(**flags, ignore_mandatory=ignore_mandatory)
		self.set("__islocal", True)
		self._set_defaults()
		self._set_user_and_timestamp()
		self.check_if_latest()
		self._validate_links()
		self.check_permission("create")
		self.run_method("before_insert")
		self._set_names(set_name)
		self.flags.in_insert = True
		self._run_before_save_methods()
		self._validate()
		self.__dict__.update(dict.fromkeys(optional_fields))
		self.flags.in_insert = False
		if self.meta.issingle:
			self._write_single()
		else:
			self.db_insert(ignore_if_duplicate=ignore_if_duplicate)
		for row in self.get_all_children():
			row.db_insert()
		self.run_method("after_insert")
		self.flags.in_insert = True
		self._run_after_save_methods()
		self.flags.in_insert = False
		self.__dict__.pop("__islocal", None)
		return self

	def save(self, ignore_permissions=None, ignore_version=None):
		"""Check the document and write its changes; a new one is inserted."""
		self._set_flags(ignore_permissions=ignore_permissions)
		if self.is_new() or not self.name:
			return self.insert()
		self._set_defaults()
		self.check_permission("write")
		self._set_user_and_timestamp()
		self.check_if_latest()
		self._set_names()
		self._validate_links()
		self._run_before_save_methods()
		self._validate()
		if self.meta.issingle:
			self._write_single()
		else:
			self.db_update()
		self._update_rows()
		self._run_after_save_methods()
		return self

	def _set_flags(self, **flags):
		self.flags.update({key: value for key, value in flags.items() if value is not None})

	def _set_defaults(self):
		if frappe.flags.in_import:
			return
		if self.is_new():
			self.update_if_missing(get_new_doc_values(self.doctype))
		for row in self.get_all_children():
			if row.is_new():
				row.update_if_missing(get_new_doc_values(row.doctype, self, row.parentfield))

	def _set_user_and_timestamp(self):
		self._original_modified = self.modified
		self.modified, self.modified_by = now(), frappe.session.user
		if self.is_new():
			self.creation, self.owner = self.modified, self.modified_by
		for row in self.get_all_children():
			row.modified, row.modified_by = self.modified, self.modified_by
			row.owner, row.creation = row.owner or self.owner, row.creation or self.creation
		frappe.flags.currently_saving.append((self.doctype, self.name))

	def load_doc_before_save(self, *, raise_exception=False):
		"""Lock and read the record as it is saved."""
		self._doc_before_save = None
		if not self.is_new():
			self._doc_before_save = frappe.get_doc(self.doctype, self.name, for_update=True)

	def check_if_latest(self):
		"""Refuse to overwrite a record that was saved since it was read; find out what is being done."""
		self.load_doc_before_save(raise_exception=True)
		previous = self._doc_before_save
		if previous and cstr(previous.modified) != cstr(self._original_modified):
			frappe.msgprint(
				"Error: Document has been modified after you have opened it "
				f"({previous.modified}, {self.modified}). Please refresh to get the latest document.",
				raise_exception=frappe.TimestampMismatchError,
			)
		if self.docstatus:
			if self.meta.is_submittable:
				raise NotInSandbox("The sandbox does not know submitted documents")
			frappe.throw(f"{self.doctype} is not submittable")

	def _set_names(self, set_name=None):
		if set_name:
			self.name = validate_name(self.doctype, set_name)
		elif self.is_new() and not self.flags.name_set:
			set_new_name(self)
		self.flags.name_set = True
		for row in self.get_all_children():
			row.parent, row.parenttype = self.name, self.doctype
			if self.is_new() or not row.name:
				set_new_name(row)

	def _run_before_save_methods(self):
		self.run_method("before_validate")
		if not self.flags.ignore_validate:
			self.run_method("validate")
			self.run_method("before_save")

	def _write_single(self):
		frappe.db.delete("Singles", {"doctype": self.doctype})
		frappe.db.set_single_value(self.doctype, self.get_valid_dict())

	def _update_rows(self):
		for df in self.meta.table_fields:
			rows = self.get(df.fieldname)
			kept = [row.name for row in rows if not row.is_new()]
			belongs = {"parent": self.name, "parenttype": self.doctype, "parentfield": df.fieldname}
			frappe.db.delete(df.options, {**belongs, "name": ("not in", kept)})
			for row in rows:
				row.db_update()

	def _run_after_save_methods(self):
		self.run_method("on_update")
		self.run_method("on_change")
		self.__dict__.pop("__unsaved", None)
		if (self.doctype, self.name) in frappe.flags.currently_saving:
			frappe.flags.currently_saving.remove((self.doctype, self.name))
