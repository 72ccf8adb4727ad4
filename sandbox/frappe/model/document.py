"""A document with its rules; the base class of all controllers."""

import hashlib

import frappe
from frappe.apps import whitelist
from frappe.model.base_document import BaseDocument
from frappe.model.defaults import get_new_doc_values
from frappe.model.docstatus import DocStatus
from frappe.model.links import LinksMixin
from frappe.model.permlevels import PermissionsMixin
from frappe.model.saving import SavingMixin
from frappe.model.validation import ValidationMixin
from frappe.types import _dict
from frappe.utils.data import compare, date_diff, flt, get_datetime, getdate, now


class Document(SavingMixin, LinksMixin, ValidationMixin, PermissionsMixin, BaseDocument):
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
		if not values:
			raise ValueError("Illegal arguments")
		super().__init__(values)
		self.init_valid_columns()

	def load_from_db(self):
		"""Read all values from the database."""
		if self.meta.issingle:
			self._load_single()
			return self
		row = frappe.db.get_value(self.doctype, self.name, "*", as_dict=True, order_by=None)
		if not row:
			frappe.throw(f"{self.doctype} {self.name} not found", frappe.DoesNotExistError)
		self.__dict__.update(row)
		self.docstatus = row.docstatus
		for df in self.meta.get_table_fields():
			self.set(df.fieldname, self._load_rows(df))
		self.dont_update_if_missing = []
		self.__setup__()
		return self

	def _load_single(self):
		values = frappe.db.get_singles_dict(self.doctype) or get_new_doc_values(self.doctype)
		values.pop("__islocal", None)
		self.update(values)
		self.name = self.doctype
		self.init_valid_columns()
		self._fix_numeric_types()
		for df in self.meta.get_table_fields():
			self.set(df.fieldname, self._load_rows(df))

	def _load_rows(self, df):
		return frappe.db.sql(
			f"select * from `tab{df.options}` where parent = %s and parenttype = %s and parentfield = %s "
			"order by idx",
			(self.name, self.doctype, df.fieldname),
			as_dict=True,
		)

	def reload(self):
		return self.load_from_db()

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

	run_trigger = run_method

	def notify_update(self):
		"""No browser listens."""

	def get_doc_before_save(self):
		return self._doc_before_save

	def get_latest(self):
		if not self._doc_before_save:
			self.load_doc_before_save()
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
		if not self.get_doc_before_save():
			self.load_doc_before_save()
		self.run_method("before_change")
		frappe.db.set_value(
			self.doctype, self.name, dict(values), None, self.modified, self.modified_by, update_modified
		)
		self.run_method("on_change")
		if commit:
			frappe.db.commit()

	def db_get(self, fieldname):
		return frappe.db.get_value(self.doctype, self.name, fieldname)

	@whitelist()
	def submit(self):
		"""Set `docstatus` to submitted and save."""
		self.docstatus = DocStatus.submitted()
		return self.save()

	@whitelist()
	def cancel(self):
		"""Set `docstatus` to cancelled and save."""
		self.docstatus = DocStatus.cancelled()
		return self.save()

	@whitelist()
	def rename(self, name: str, merge=False, force=False, validate_rename=True):
		"""Rename the document and reload it."""
		self.name = frappe.rename_doc(doc=self, new=name, merge=merge, force=force, validate=validate_rename)
		self.reload()

	def delete(self, ignore_permissions=False, force=False, *, delete_permanently=False):
		return frappe.delete_doc(
			self.doctype, self.name, ignore_permissions=ignore_permissions, flags=self.flags, force=force
		)

	def get_title(self):
		return self.get(self.meta.get_title_field()) or ""

	@whitelist()
	def add_comment(self, comment_type="Comment", text=None, comment_email=None, comment_by=None):
		"""Add a Comment to the timeline and return it."""
		comment = frappe.get_doc(
			doctype="Comment",
			comment_type=comment_type,
			comment_email=comment_email or frappe.session.user,
			comment_by=comment_by,
			reference_doctype=self.doctype,
			reference_name=self.name,
			content=text or comment_type,
		)
		return comment.insert(ignore_permissions=True)

	def log_error(self, title=None, message=None):
		return frappe.log_error(title, message, reference_doctype=self.doctype, reference_name=self.name)

	def set_onload(self, key, value):
		self.__dict__.setdefault("__onload", _dict())[key] = value

	def get_onload(self, key=None):
		onload = self.get("__onload") or _dict()
		return onload.get(key) if key else onload

	def is_whitelisted(self, method_name):
		method = getattr(self, method_name)
		frappe.is_whitelisted(getattr(method, "__func__", method))

	def get_signature(self):
		return hashlib.sha224(f"{self.doctype}:{self.name}".encode()).hexdigest()

	@property
	def is_locked(self):
		return frappe.cache.hexists("document_locks", self.get_signature())

	def check_if_locked(self):
		if self.creation and self.is_locked:
			raise frappe.DocumentLockedError

	def lock(self, timeout=None):
		"""Keep others from saving the document until `unlock`."""
		if self.is_locked:
			raise frappe.DocumentLockedError
		frappe.cache.hset("document_locks", self.get_signature(), 1)

	def unlock(self):
		frappe.cache.hdel("document_locks", self.get_signature())
