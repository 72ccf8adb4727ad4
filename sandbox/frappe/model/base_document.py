"""A document as a bag of values with child tables: no rules, no permissions."""

import json

import frappe
from frappe.database.values import to_column
from frappe.model import cast_fieldtype, float_like_fields
from frappe.model.controllers import get_controller
from frappe.types import _dict
from frappe.utils.data import cint, flt, now

RESERVED = frozenset(
	("doctype", "meta", "flags", "parent_doc", "_parent_doc", "_doc_before_save", "dont_update_if_missing")
)
KEPT_IN_DICT = ("_user_tags", "__islocal", "__onload", "_liked_by", "__unsaved")
DATE_TYPES = ("Date", "Datetime", "Time")


class BaseDocument:
	"""The values of one row and, in table fields, the documents of its child rows."""

	@property
	def parent_doc(self):
		return self.__dict__.get("_parent_doc")

	@parent_doc.setter
	def parent_doc(self, value):
		self.__dict__["_parent_doc"] = value

	@property
	def meta(self):
		return frappe.get_meta(self.doctype)

	def is_new(self):
		return self.__dict__.get("__islocal")

	def get(self, key, default=None):
		"""Return a value or the list of a table's rows."""
		return self.__dict__.get(key, default)

	def set(self, key, value):
		self.update({key: value})

	def update(self, d):
		"""Set several values, the name first: child rows refer to it."""
		if "name" in d:
			self.__dict__["name"] = d["name"]
		tables = self.meta.table_fieldnames
		for key, value in d.items():
			if key in tables:
				self.__dict__[key] = []
				self.extend(key, value or [])
			elif key not in RESERVED:
				self.__dict__[key] = value
		return self

	def update_if_missing(self, d):
		for key, value in d.items():
			if (
				value is not None
				and self.get(key) is None
				and key not in self.get("dont_update_if_missing", ())
			):
				self.set(key, value)

	def append(self, key, value=None):
		"""Add a child row and return it."""
		rows = self.__dict__.setdefault(key, [])
		value = {} if value is None else value
		if not isinstance(value, BaseDocument):
			value["doctype"] = self.meta.get_field(key).options
			value = get_controller(value["doctype"])(value)
		value.parent, value.parenttype, value.parentfield = self.name, self.doctype, key
		value.parent_doc = self
		value.idx = value.idx or len(rows) + 1
		if not value.name:
			value.__dict__["__islocal"] = 1
		rows.append(value)
		return value

	def remove(self, row):
		"""Remove a child row and count the others anew."""
		rows = self.get(row.parentfield)
		rows.remove(row)
		for position, other in enumerate(rows, 1):
			other.idx = position

	def extend(self, key, value):
		for row in value:
			self.append(key, row)

	def init_valid_columns(self):
		"""Give every column and table that has no value an empty one."""
		for df in self.meta.table_fields:
			if self.__dict__.get(df.fieldname) is None:
				self.__dict__[df.fieldname] = []
		for column in self.meta.column_types:
			self.__dict__.setdefault(column, None)
		self.docstatus, self.idx = cint(self.docstatus), self.idx or 0

	def get_all_children(self, parenttype=None):
		tables = [df for df in self.meta.table_fields if not parenttype or df.options == parenttype]
		return [row for df in tables for row in self.__dict__.get(df.fieldname) or []]

	def get_valid_dict(self, sanitize=True, convert_dates_to_str=False, ignore_nulls=False):
		"""Return the values of all columns, numbers as numbers."""
		values = _dict()
		for column, fieldtype in self.meta.column_types.items():
			value = self._clean(column, fieldtype)
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
			return cint(value)
		if fieldtype in float_like_fields:
			return flt(value)
		if isinstance(value, list):
			frappe.throw(f"Value for {self.meta.get_label(column)} cannot be a list")
		if fieldtype == "JSON" and isinstance(value, dict):
			return json.dumps(value, separators=(",", ":"))
		if value == "" and (fieldtype in DATE_TYPES or (self.meta.get_field(column) or {}).get("unique")):
			return None
		return value

	def as_dict(self, no_nulls=False, convert_dates_to_str=False):
		"""Return the values with the child rows as lists of dicts."""
		doc = self.get_valid_dict(convert_dates_to_str=convert_dates_to_str, ignore_nulls=no_nulls)
		doc["doctype"] = self.doctype
		for df in self.meta.table_fields:
			doc[df.fieldname] = [
				row.as_dict(no_nulls, convert_dates_to_str) for row in self.get(df.fieldname) or []
			]
		return doc.update({key: self.__dict__[key] for key in KEPT_IN_DICT if self.__dict__.get(key)})

	def as_json(self):
		return frappe.as_json(self.as_dict())

	def precision(self, fieldname, parentfield=None):
		"""Return the number of decimals of a field, of the record or of the rows in its table `parentfield`."""
		meta = frappe.get_meta(self.meta.get_field(parentfield).options) if parentfield else self.meta
		df = meta.get_field(fieldname)
		return cint(df.precision) or {"Currency": 2, "Float": 3, "Percent": 3}.get(df.fieldtype)

	def _columns_to_store(self):
		types = self.meta.column_types
		return {column: to_column(types[column], value) for column, value in self.get_valid_dict().items()}

	def db_insert(self, ignore_if_duplicate=False):
		"""Write a new row as it stands: no rules, no events."""
		from frappe.model.naming import set_new_name

		if not self.name:
			set_new_name(self)
		if not self.creation:
			self.creation = self.modified = now()
			self.owner = self.modified_by = frappe.session.user
		values = self._columns_to_store()
		try:
			frappe.db.bulk_insert(self.doctype, list(values), [values.values()])
		except frappe.db.IntegrityError as error:
			if not frappe.db.exists(self.doctype, self.name):
				self._raise_unique_violation(error)
			if not ignore_if_duplicate:
				frappe.msgprint(
					f"{self.doctype} {frappe.bold(self.name)} already exists", title="Duplicate Name"
				)
				raise frappe.DuplicateEntryError(self.doctype, self.name, error)
		self.__dict__["__islocal"] = False

	def _raise_unique_violation(self, error):
		if "UNIQUE constraint failed" not in str(error):
			raise error
		frappe.msgprint(f"{self.meta.get_label(str(error).rpartition('.')[2])} must be unique")
		raise frappe.UniqueValidationError(self.doctype, self.name, error)

	def db_update(self):
		"""Write the row as it stands, whether it exists or not."""
		if self.is_new() or not self.name:
			return self.db_insert()
		values = self._columns_to_store()
		name = values.pop("name")
		assignments = ", ".join(f"`{column}` = %s" for column in values)
		query = f"update `tab{self.doctype}` set {assignments} where `name` = %s"
		try:
			frappe.db.sql(query, [*values.values(), name])
		except frappe.db.IntegrityError as error:
			self._raise_unique_violation(error)
