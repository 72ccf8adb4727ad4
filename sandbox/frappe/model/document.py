"""A document with its rules; the base class of all controllers."""

import frappe
from frappe.apps import whitelist
from frappe.model.base_document import BaseDocument
from frappe.model.defaults import get_new_doc_values
from frappe.model.saving import SavingMixin
from frappe.model.validation import ValidationMixin
from frappe.types import _dict
from frappe.utils.data import get_datetime, getdate, now


class Document(SavingMixin, ValidationMixin, BaseDocument):
	"""The base class of all controllers."""

	def __init__(self, *args, **kwargs):
		self.__dict__.update(doctype=None, name=None, flags=_dict())
		if args and isinstance(args[0], str):
			self.doctype = args[0]
			self.name = args[1] if len(args) > 1 else args[0]
			self.flags.for_update = kwargs.get("for_update")
			self.load_from_db()
			return
		values = args[0] if args else kwargs
		self.doctype = values["doctype"]
		self.update(values)
		self.init_valid_columns()

	def load_from_db(self):
		"""Read all values from the database."""
		if self.meta.issingle:
			self._load_single()
		else:
			row = frappe.db.get_value(self.doctype, self.name, "*", as_dict=True, order_by=None)
			if not row:
				frappe.throw(f"{self.doctype} {self.name} not found", frappe.DoesNotExistError)
			self.__dict__.update(row)
		for df in self.meta.table_fields:
			self.set(df.fieldname, self._load_rows(df))
		return self

	reload = load_from_db

	def _load_single(self):
		self.update(frappe.db.get_singles_dict(self.doctype) or get_new_doc_values(self.doctype))
		self.__dict__.pop("__islocal", None)
		self.name = self.doctype
		self.init_valid_columns()
		for df in self.meta.value_fields:
			self.__dict__[df.fieldname] = self._clean(df.fieldname, df.fieldtype)

	def _load_rows(self, df):
		query = f"select * from `tab{df.options}` where parent = %s and parenttype = %s and parentfield = %s"
		return frappe.db.sql(f"{query} order by idx", (self.name, self.doctype, df.fieldname), as_dict=True)

	def run_method(self, method, *args, **kwargs):
		"""Run the controller's method and the functions that hooks attach to the event."""
		own = getattr(self, method, None)
		result = own(*args, **kwargs) if callable(own) else None
		hooks = frappe.get_doc_hooks()
		for doctype in (self.doctype, "*"):
			for path in hooks.get(doctype, {}).get(method, ()):
				returned = frappe.get_attr(path)(self, method, *args, **kwargs)
				result = returned if returned is not None else result
		return result

	def get_doc_before_save(self):
		return self._doc_before_save

	def has_value_changed(self, fieldname):
		"""Return whether the value differs from the saved one."""
		previous = self.get_doc_before_save()
		if not previous:
			return True
		before, current = previous.get(fieldname), self.get(fieldname)
		fieldtype = self.meta.column_types.get(fieldname)
		if before is not None and fieldtype in ("Date", "Datetime"):
			current = (getdate if fieldtype == "Date" else get_datetime)(current)
		return before != current

	def db_set(self, fieldname, value=None, update_modified=True, notify=False, commit=False):
		"""Write values at once, without checks; only `on_change` runs."""
		values = fieldname if isinstance(fieldname, dict) else {fieldname: value}
		self.update(values)
		if update_modified and (self.doctype, self.name) not in frappe.flags.currently_saving:
			self.modified, self.modified_by = now(), frappe.session.user
		stamp = {"modified": self.modified, "modified_by": self.modified_by}
		frappe.db.set_value(self.doctype, self.name, dict(values), update_modified=update_modified, **stamp)
		self.run_method("on_change")

	def submit(self):
		self.docstatus = 1
		return self.save()

	def delete(self, ignore_permissions=False, force=False):
		return frappe.delete_doc(self.doctype, self.name, force, ignore_permissions, flags=self.flags)

	def has_permission(self, permtype="read", *, user=None):
		"""Return whether the user has the right, or the flag `ignore_permissions` waives it."""
		if self.flags.ignore_permissions:
			return True
		return frappe.permissions.has_permission(self.doctype, permtype, self, user=user)

	def check_permission(self, permtype="read"):
		if not self.has_permission(permtype):
			doctype = frappe.bold(self.doctype)
			message = (
				f"You need the '{permtype}' permission on {doctype} {self.name or ''} to perform this action."
			)
			frappe.flags.error_message = message
			raise frappe.PermissionError(message)

	@whitelist()
	def add_comment(self, comment_type="Comment", text=None, comment_email=None, comment_by=None):
		"""Add a Comment to the timeline and return it."""
		author = {"comment_email": comment_email or frappe.session.user, "comment_by": comment_by}
		reference = {"reference_doctype": self.doctype, "reference_name": self.name}
		comment = frappe.get_doc(doctype="Comment", comment_type=comment_type, **author, **reference)
		return comment.update({"content": text or comment_type}).insert(ignore_permissions=True)

	def set_onload(self, key, value):
		self.__dict__.setdefault("__onload", _dict())[key] = value
