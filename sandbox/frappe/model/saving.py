"""Saving a document: the order of checks and events is Frappe's."""

import frappe
from frappe.model import optional_fields
from frappe.model.defaults import get_new_doc_values
from frappe.model.naming import set_new_name, validate_name
from frappe.utils.data import cstr, now

BEFORE_SAVE = {
	"save": ("before_validate", "validate", "before_save"),
	"submit": ("before_validate", "validate", "before_submit"),
	"cancel": ("before_cancel",),
	"update_after_submit": ("before_update_after_submit",),
}
AFTER_SAVE = {
	"save": ("on_update",),
	"submit": ("on_update", "on_submit"),
	"cancel": ("on_cancel",),
	"update_after_submit": ("on_update_after_submit",),
}
# (saved docstatus, new docstatus): the action and the permission it needs
TRANSITIONS = {
	(0, 0): ("save", None),
	(0, 1): ("submit", "submit"),
	(1, 1): ("update_after_submit", "submit"),
	(1, 2): ("cancel", "cancel"),
}


class SavingMixin:
	"""Insert and save."""

	_doc_before_save = None
	_action = None

	def insert(
		self,
		ignore_permissions=None,
		ignore_links=None,
		ignore_if_duplicate=False,
		ignore_mandatory=None,
		set_name=None,
		set_child_names=True,
	):
		"""Check the document and write it as a new one."""
		self._set_flags(
			ignore_permissions=ignore_permissions,
			ignore_links=ignore_links,
			ignore_mandatory=ignore_mandatory,
		)
		self.set("__islocal", True)
		self._set_defaults()
		self.set_user_and_timestamp()
		self.set_docstatus()
		self.check_if_latest()
		self._validate_links()
		self.check_permission("create")
		self.run_method("before_insert")
		self.set_new_name(set_name=set_name, set_child_names=set_child_names)
		self.set_parent_in_children()
		self.validate_higher_perm_levels()
		self.flags.in_insert = True
		self.run_before_save_methods()
		self._validate()
		self._clear_optional_fields()
		self.set_docstatus()
		self.flags.in_insert = False
		self._write_new(ignore_if_duplicate)
		self.run_method("after_insert")
		self.flags.in_insert = True
		self.run_post_save_methods()
		self.flags.in_insert = False
		self._clear_marks("__islocal", "__unsaved")
		return self

	def _set_flags(self, **flags):
		self.flags.update({key: value for key, value in flags.items() if value is not None})

	def _clear_optional_fields(self):
		for fieldname in optional_fields:
			self.set(fieldname, None)

	def _clear_marks(self, *marks):
		for mark in marks:
			self.__dict__.pop(mark, None)

	def _write_new(self, ignore_if_duplicate):
		if self.meta.issingle:
			self.update_single(self.get_valid_dict())
		else:
			self.db_insert(ignore_if_duplicate=ignore_if_duplicate)
		for row in self.get_all_children():
			row.db_insert()

	def save(self, ignore_permissions=None, ignore_version=None):
		"""Check the document and write its changes; a new one is inserted."""
		self._set_flags(ignore_permissions=ignore_permissions)
		self.flags.ignore_version = frappe.flags.in_test if ignore_version is None else ignore_version
		if self.is_new() or not self.name:
			return self.insert()
		self.check_if_locked()
		self._set_defaults()
		self.check_permission("write")
		self.set_user_and_timestamp()
		self.set_docstatus()
		self.check_if_latest()
		self.set_parent_in_children()
		self._set_name_in_children()
		self.validate_higher_perm_levels()
		self._validate_links()
		self.run_before_save_methods()
		if self._action != "cancel":
			self._validate()
		if self._action == "update_after_submit":
			self.validate_update_after_submit()
		self.set_docstatus()
		self._write_changes()
		self.run_post_save_methods()
		self._clear_marks("__unsaved")
		return self

	def _write_changes(self):
		if self.meta.issingle:
			self.update_single(self.get_valid_dict())
		else:
			self.db_update()
		for df in self.meta.get_table_fields():
			self.update_child_table(df.fieldname, df)

	def update_child_table(self, fieldname, df=None):
		"""Delete the rows that are gone, write those that are there."""
		df = df or self.meta.get_field(fieldname)
		rows = self.get(fieldname)
		kept = [row.name for row in rows if row.name and not row.is_new()]
		belongs = {"parent": self.name, "parenttype": self.doctype, "parentfield": fieldname}
		frappe.db.delete(df.options, {**belongs, "name": ("not in", kept or [""])})
		for row in rows:
			row.db_update()

	def update_single(self, values):
		frappe.db.sql("delete from `tabSingles` where doctype = %s", (self.doctype,))
		values.pop("doctype", None)
		frappe.db.set_single_value(self.doctype, values, update_modified=False)

	def _set_defaults(self):
		if frappe.flags.in_import:
			return
		if self.is_new():
			self.update_if_missing(get_new_doc_values(self.doctype))
		for df in self.meta.get_table_fields():
			for row in self.get(df.fieldname):
				if row.is_new():
					row.update_if_missing(get_new_doc_values(df.options, self, df.fieldname))

	def set_user_and_timestamp(self):
		self._original_modified = self.modified
		self.modified, self.modified_by = now(), frappe.session.user
		if self.is_new() and not (
			frappe.flags.in_install or frappe.flags.in_patch or frappe.flags.in_migrate
		):
			self.creation, self.owner = self.modified, self.modified_by
		for row in self.get_all_children():
			row.modified, row.modified_by = self.modified, self.modified_by
			row.owner = row.owner or self.owner
			row.creation = row.creation or self.creation
		frappe.flags.currently_saving.append((self.doctype, self.name))

	def set_docstatus(self):
		self.docstatus = self.docstatus or 0
		for row in self.get_all_children():
			row.docstatus = self.docstatus

	def load_doc_before_save(self, *, raise_exception=False):
		self._doc_before_save = None
		if self.is_new():
			return
		try:
			self._doc_before_save = frappe.get_doc(self.doctype, self.name, for_update=True)
		except frappe.DoesNotExistError:
			if raise_exception:
				raise
			frappe.clear_last_message()

	def check_if_latest(self):
		"""Refuse to overwrite a record that was saved since it was read; find out what is being done."""
		self.load_doc_before_save(raise_exception=True)
		self._action = "save"
		previous = self._doc_before_save
		if not previous:
			self.check_docstatus_transition(0)
			return
		if cstr(previous.modified) != cstr(self._original_modified):
			frappe.msgprint(
				"Error: Document has been modified after you have opened it "
				f"({previous.modified}, {self.modified}). Please refresh to get the latest document.",
				raise_exception=frappe.TimestampMismatchError,
			)
		if not self.meta.issingle:
			self.check_docstatus_transition(previous.docstatus)

	def check_docstatus_transition(self, to_docstatus):
		"""Set the action that leads from the saved `docstatus` to the document's, if there is one."""
		if to_docstatus == 2:
			raise frappe.ValidationError("Cannot edit cancelled document")
		step = TRANSITIONS.get((int(to_docstatus), int(self.docstatus)))
		if not step:
			raise frappe.DocstatusTransitionError(
				f"Cannot change docstatus from {int(to_docstatus)} to {int(self.docstatus)}"
			)
		self._action, permission = step
		if permission:
			self.check_permission(permission)

	def set_new_name(self, force=False, set_name=None, set_child_names=True):
		if self.flags.name_set and not force:
			return
		if set_name or (self.get("__newname") and (self.meta.autoname or "").lower() == "prompt"):
			self.name = validate_name(self.doctype, set_name or self.get("__newname"))
		else:
			set_new_name(self)
		for row in self.get_all_children() if set_child_names else []:
			set_new_name(row)
		self.flags.name_set = True

	def set_parent_in_children(self):
		for row in self.get_all_children():
			row.parent, row.parenttype = self.name, self.doctype

	def _set_name_in_children(self):
		for row in self.get_all_children():
			if not row.name:
				set_new_name(row)

	def run_before_save_methods(self):
		self._run_methods(BEFORE_SAVE[self._action])
		if not self.flags.ignore_validate:
			self.set_title_field()

	def _run_methods(self, methods):
		for method in methods:
			if method == "before_validate" or not self.flags.ignore_validate:
				self.run_method(method)

	def run_post_save_methods(self):
		for method in AFTER_SAVE[self._action]:
			self.run_method(method)
		if self._action == "cancel" and not self.flags.ignore_links:
			from frappe.model.delete_doc import check_links

			check_links(self, method="Cancel")
		frappe.clear_document_cache(self.doctype, self.name)
		self.notify_update()
		self.save_version()
		self.run_method("on_change")
		if (self.doctype, self.name) in frappe.flags.currently_saving:
			frappe.flags.currently_saving.remove((self.doctype, self.name))

	def save_version(self):
		if not self.meta.track_changes or self.flags.ignore_version or frappe.flags.in_install:
			return
		from frappe.core.doctype.version.version import insert_version

		insert_version(self._doc_before_save, self)

	def set_title_field(self):
		"""Fill the title from its template."""
		if self.meta.title_field != "title":
			return
		df = self.meta.get_field("title")
		template = df.options or (df.default if self.is_new() and not self.get("title") else None)
		if template:
			values = {key: "" if value is None else value for key, value in self.as_dict().items()}
			self.set("title", template.format(**values))
