"""What is known about a DocType: its fields, permissions and options, read from the database once."""

from functools import cached_property

import frappe
from frappe import model
from frappe.model import table_fields
from frappe.types import NotInSandbox, _dict, raise_unknown
from frappe.utils.data import cint

_metas = {}


def get_meta(doctype, cached=True):
	"""Return the Meta of a DocType; raise DoesNotExistError if there is none."""
	name = doctype if isinstance(doctype, str) else doctype.doctype
	if not cached or name not in _metas:
		_metas[name] = Meta(name)
	return _metas[name]


def clear_metas(doctype=None):
	_metas.clear() if doctype is None else _metas.pop(doctype, None)


def _of_type(*fieldtypes):
	return cached_property(lambda self: [df for df in self.fields if df.fieldtype in fieldtypes])


def _having(*properties):
	return cached_property(lambda self: [df for df in self.fields if all(df.get(key) for key in properties)])


class Meta:
	"""A DocType. Every column of its row reads as an attribute, so do `fields` and `permissions`."""

	__getattr__ = raise_unknown("Meta")
	table_fields, link_fields = _of_type(*table_fields), _of_type("Link")
	dynamic_link_fields, select_fields = _of_type("Dynamic Link"), _of_type("Select")
	integer_fields, value_fields = _of_type("Int"), _of_type(*model.data_fieldtypes)
	mandatory_fields, non_negative_fields = _having("reqd"), _having("non_negative")

	def __init__(self, doctype):
		row = _rows("DocType", "name", doctype)
		if not row:
			frappe.throw(f"DocType {doctype} not found", frappe.DoesNotExistError)
		self.__dict__.update(row[0], doctype="DocType", name=doctype)
		self.fields = _rows("DocField", "parent", doctype)
		self.permissions = _rows("DocPerm", "parent", doctype)
		for custom_field in _rows("Custom Field", "dt", self.name):
			names = [df.fieldname for df in self.fields]
			after = custom_field.insert_after
			position = names.index(after) + 1 if after in names else len(names)
			self.fields.insert(position, custom_field.update(is_custom_field=1, parent=self.name))

	def get_table_fields(self):
		return self.table_fields

	def get(self, key, filters=None, default=None):
		"""Return an attribute, or those of the `fields` or `permissions` that match `filters`."""
		value = self.__dict__.get(key, default)
		return (
			[df for df in value if all(_matches(df.get(key), filters[key]) for key in filters)]
			if filters
			else value
		)

	@cached_property
	def _fields(self):
		return {df.fieldname: df for df in self.fields}

	def get_field(self, fieldname):
		return self._fields.get(fieldname)

	def has_field(self, fieldname):
		return fieldname in self._fields

	def get_label(self, fieldname):
		df = self.get_field(fieldname)
		return df.label if df else frappe.unscrub(fieldname)

	@cached_property
	def table_fieldnames(self):
		return frozenset(df.fieldname for df in self.table_fields)

	def get_valid_columns(self):
		"""Return the names of the columns."""
		return list(self.column_types)

	def get_link_fields(self):
		return self.link_fields

	def get_dynamic_link_fields(self):
		return self.dynamic_link_fields

	@cached_property
	def fields_to_fetch(self):
		"""The fields with `fetch_from`, by the link field they follow."""
		fetched = {}
		for df in self.value_fields:
			if df.fetch_from:
				fetched.setdefault(df.fetch_from.split(".")[0], []).append(df)
		return fetched

	def get_fields_to_fetch(self, link_fieldname):
		return self.fields_to_fetch.get(link_fieldname, [])

	@cached_property
	def limited_fields(self):
		"""The fields that hold only so many characters, with that number."""
		texts = [df for df in self.value_fields if df.fieldtype in model.VARCHAR_TYPES]
		return [(df, cint(df.length) or 140) for df in texts]

	@cached_property
	def column_types(self):
		"""Field types by column, the standard columns first."""
		names = [*model.default_fields[1:], *(model.child_table_fields if self.istable else ())]
		columns = {name: model.STANDARD_FIELDTYPES[name] for name in names}
		return {**columns, **{df.fieldname: df.fieldtype for df in self.value_fields}}

	def get_workflow(self):
		"""Nobody makes a Workflow here."""

	def is_nested_set(self):
		return self.has_field("lft") and self.has_field("rgt")

	def get_permitted_fieldnames(self, user=None):
		"""Return the columns that may be read: without those of a higher permission level, but for Administrator."""
		is_administrator = (user or frappe.session.user) == "Administrator"
		fields = [df.fieldname for df in self.value_fields if is_administrator or not df.permlevel]
		extra = model.child_table_fields if self.istable else model.optional_fields
		return [*model.default_fields[1:], *extra, *fields]


def _matches(value, wanted):
	operator, operand = wanted if isinstance(wanted, list | tuple) else ("=", wanted)
	if operator not in ("=", "not in"):
		raise NotInSandbox(f"The sandbox does not know {operator} for fields of a DocType")
	return value == operand if operator == "=" else value not in operand


def _rows(doctype, column, value):
	order = "" if doctype == "DocType" else " order by idx"
	return frappe.db.sql(f"select * from `tab{doctype}` where `{column}` = %s{order}", (value,), as_dict=True)
