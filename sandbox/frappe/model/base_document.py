"""A document as a bag of values with child tables: no rules, no permissions."""

import json

import frappe
from frappe.model import child_table_fields, default_fields, float_like_fields
from frappe.model.controllers import get_controller
from frappe.model.docstatus import DocStatus
from frappe.model.storage import StorageMixin
from frappe.types import _dict
from frappe.utils.data import cast_fieldtype, cint, compare, cstr, flt

RESERVED = frozenset(("doctype", "meta", "flags", "parent_doc", "_doc_before_save", "dont_update_if_missing"))
KEPT_IN_DICT = ("_user_tags", "__islocal", "__onload", "_liked_by", "__unsaved")
DATE_TYPES = ("Date", "Datetime", "Time")


class BaseDocument(StorageMixin):
	"""The values of one row and, in table fields, the documents of its child rows."""

	_parent_doc = None

	def __init__(self, d):
		if d.get("doctype"):
			self.__dict__["doctype"] = d["doctype"]
		self.update(d)
		self.dont_update_if_missing = []
		self.__setup__()

	def __setup__(self):
		"""For controllers: prepare a document that was made or read."""

	@property
	def meta(self):
		return frappe.get_meta(self.doctype)

	@property
	def docstatus(self):
		return DocStatus(cint(self.__dict__.get("docstatus")))

	@docstatus.setter
	def docstatus(self, value):
		self.__dict__["docstatus"] = DocStatus(cint(value))

	@property
	def parent_doc(self):
		return self._parent_doc

	@parent_doc.setter
	def parent_doc(self, value):
		self._parent_doc = value

	def is_new(self):
		return self.__dict__.get("__islocal")

	def get(self, key, filters=None, limit=None, default=None):
		"""Return a value; with `filters`, the child rows that match."""
		if isinstance(key, dict):
			return _filter(self.get_all_children(), key, limit)
		if isinstance(filters, dict):
			return _filter(self.__dict__.get(key) or [], filters, limit)
		value = self.__dict__.get(key, default if filters is None else filters)
		return value[:limit] if limit and isinstance(value, list) else value

	def getone(self, key, filters=None):
		return self.get(key, filters=filters, limit=1)[0]

	def set(self, key, value, as_value=False):
		if key in RESERVED:
			return
		if not as_value and key in self.meta.table_fieldnames:
			self.__dict__[key] = []
			self.extend(key, value or [])
		elif key == "docstatus":
			self.docstatus = value
		else:
			self.__dict__[key] = value

	def update(self, d):
		"""Set several values, the name first: child rows refer to it."""
		if "name" in d:
			self.__dict__["name"] = d["name"]
		tables = self.meta.table_fieldnames
		for key, value in d.items():
			if key in tables or key == "docstatus":
				self.set(key, value)
			elif key not in RESERVED:
				self.__dict__[key] = value
		return self

	def update_if_missing(self, d):
		for key, value in d.items():
			if value is not None and self.get(key) is None and key not in self.dont_update_if_missing:
				self.set(key, value)

	def append(self, key, value=None, position=-1):
		"""Add a child row and return it."""
		rows = self.__dict__.setdefault(key, [])
		if rows is None:
			rows = self.__dict__[key] = []
		row = self._init_child(value if value is not None else {}, key, len(rows) + 1)
		if position == -1:
			rows.append(row)
		else:
			rows.insert(position, row)
			self._renumber(rows)
		return row

	def extend(self, key, value):
		for row in value:
			self.append(key, row)

	def remove(self, doc):
		rows = self.get(doc.parentfield)
		rows.remove(doc)
		self._renumber(rows)

	@staticmethod
	def _renumber(rows):
		for idx, row in enumerate(rows, 1):
			row.idx = idx

	def _init_child(self, value, key, idx):
		if not isinstance(value, BaseDocument):
			value["doctype"] = self.meta.get_field(key).options
			value = get_controller(value["doctype"])(value)
		value.parent, value.parenttype, value.parentfield = self.name, self.doctype, key
		value.parent_doc = self
		if not value.idx:
			value.idx = idx
		if not value.name:
			value.__dict__["__islocal"] = 1
		return value

	def init_valid_columns(self):
		"""Give every column and table that has no value an empty one."""
		for df in self.meta.get_table_fields():
			if self.__dict__.get(df.fieldname) is None:
				self.__dict__[df.fieldname] = []
		for column in self.meta.column_types:
			self.__dict__.setdefault(column, None)
		self.docstatus = self.__dict__["docstatus"]
		self.idx = self.idx or 0

	def get_all_children(self, parenttype=None):
		tables = [df for df in self.meta.get_table_fields() if not parenttype or df.options == parenttype]
		return [row for df in tables for row in self.__dict__.get(df.fieldname) or []]

	def get_valid_dict(
		self, sanitize=True, convert_dates_to_str=False, ignore_nulls=False, ignore_virtual=False
	):
		"""Return the values of all columns, numbers as numbers."""
		values = _dict()
		for column, fieldtype in self.meta.column_types.items():
			value = self._clean(column, fieldtype) if sanitize else self.__dict__.get(column)
			if convert_dates_to_str and fieldtype in DATE_TYPES and value is not None:
				value = str(value)
			if not (ignore_nulls and value is None):
				values[column] = value
		return values

	def _clean(self, column, fieldtype):
		value = self.__dict__.get(column)
		if fieldtype == "Check":
			return 1 if cint(value) else 0
		if fieldtype == "Int":
			return value if isinstance(value, int) else cint(value)
		if fieldtype in float_like_fields:
			return flt(value)
		if isinstance(value, list):
			frappe.throw(f"Value for {self.meta.get_label(column)} cannot be a list")
		if fieldtype == "JSON" and isinstance(value, dict):
			return json.dumps(value, separators=(",", ":"))
		if value == "" and (fieldtype in DATE_TYPES or getattr(self.meta.get_field(column), "unique", 0)):
			return None
		return value

	def as_dict(
		self, no_nulls=False, no_default_fields=False, convert_dates_to_str=False, no_child_table_fields=False
	):
		"""Return the values with the child rows as lists of dicts."""
		doc = self.get_valid_dict(convert_dates_to_str=convert_dates_to_str, ignore_nulls=no_nulls)
		doc["doctype"] = self.doctype
		arguments = (no_nulls, no_default_fields, convert_dates_to_str, no_child_table_fields)
		for df in self.meta.get_table_fields():
			doc[df.fieldname] = [row.as_dict(*arguments) for row in self.get(df.fieldname) or []]
		hidden = (default_fields if no_default_fields else ()) + (
			child_table_fields if no_child_table_fields else ()
		)
		for key in hidden:
			doc.pop(key, None)
		doc.update({key: self.__dict__[key] for key in KEPT_IN_DICT if self.__dict__.get(key)})
		return doc

	def as_json(self):
		return frappe.as_json(self.as_dict())

	def get_parentfield_of_doctype(self, doctype):
		return next((df.fieldname for df in self.meta.get_table_fields() if df.options == doctype), None)

	def get_value(self, fieldname):
		df = self.meta.get_field(fieldname)
		return cast_fieldtype(df.fieldtype, self.get(fieldname))

	def get_db_value(self, key):
		return frappe.db.get_value(self.doctype, self.name, key)

	def precision(self, fieldname, parentfield=None):
		"""Return the number of decimals of a field."""
		doctype = self.meta.get_field(parentfield).options if parentfield else self.doctype
		df = frappe.get_meta(doctype).get_field(fieldname)
		if df.fieldtype not in ("Currency", "Float", "Percent"):
			return None
		return cint(df.precision) or (2 if df.fieldtype == "Currency" else 3)

	def get_formatted(
		self, fieldname, doc=None, currency=None, absolute_value=False, translated=False, format=None
	):
		"""Return a value as it is shown."""
		from frappe.utils.formatters import format_value

		value = self.get(fieldname)
		value = abs(value) if absolute_value and isinstance(value, int | float) else value
		df = self.meta.get_field(fieldname)
		return format_value(value, df, doc or self.parent_doc or self, currency, translated, format)

	def _fix_numeric_types(self):
		for df in self.meta.value_fields:
			if df.fieldtype in ("Check", "Int", "Float", "Currency", "Percent"):
				self.__dict__[df.fieldname] = self._clean(df.fieldname, df.fieldtype)


def _filter(rows, filters, limit=None):
	found = []
	for row in rows:
		if all(_matches(row.get(key), wanted) for key, wanted in filters.items()):
			found.append(row)
	return found[:limit] if limit else found


def _matches(value, wanted):
	if isinstance(wanted, bool):
		return (value is not None) is wanted
	if isinstance(wanted, str) and wanted.startswith("^"):
		return cstr(value).startswith(wanted[1:])
	condition, operand = wanted if isinstance(wanted, list | tuple) else ("=", wanted)
	return compare(value, condition, operand)
