"""What is known about a DocType: its fields, permissions and options, read from the database once."""

from functools import cached_property

import frappe
from frappe.model import (
	STANDARD_FIELDTYPES,
	VARCHAR_TYPES,
	child_table_fields,
	data_fieldtypes,
	default_fields,
	no_value_fields,
	optional_fields,
	table_fields,
)
from frappe.types import _dict, raise_unknown
from frappe.utils.data import cast, cint, compare

FIELD_LABELS = {
	"name": "ID", "owner": "Created By", "modified_by": "Last Updated By", "creation": "Created On",
	"modified": "Last Updated On", "docstatus": "Document Status", "idx": "Index",
}  # fmt: skip
SET_ONCE_STANDARD_FIELDS = (
	_dict(fieldname="creation", fieldtype="Datetime"),
	_dict(fieldname="owner", fieldtype="Data"),
)

_metas = {}


def get_meta(doctype, cached=True):
	"""Return the Meta of a DocType; raise DoesNotExistError if there is none."""
	name = doctype if isinstance(doctype, str) else doctype.doctype
	if not cached or name not in _metas:
		_metas[name] = Meta(name)
	return _metas[name]


def clear_metas(doctype=None):
	_metas.clear() if doctype is None else _metas.pop(doctype, None)


class Meta:
	"""A DocType. Every column of its row reads as an attribute, so do `fields` and `permissions`."""

	__getattr__ = raise_unknown("Meta")

	def __init__(self, doctype):
		row = _rows("DocType", "name", doctype)
		if not row:
			frappe.throw(f"DocType {doctype} not found", frappe.DoesNotExistError)
		self.__dict__.update(row[0], doctype="DocType", name=doctype)
		self.fields = _rows("DocField", "parent", doctype)
		self.permissions = _rows("Custom DocPerm", "parent", doctype) or _rows("DocPerm", "parent", doctype)
		self._add_custom_fields()
		self._apply_property_setters()

	def _add_custom_fields(self):
		for custom_field in _rows("Custom Field", "dt", self.name):
			custom_field.update(is_custom_field=1, parent=self.name)
			names = [df.fieldname for df in self.fields]
			after = custom_field.insert_after
			position = names.index(after) + 1 if after in names else len(names)
			self.fields.insert(position, custom_field)

	def _apply_property_setters(self):
		for setter in _rows("Property Setter", "doc_type", self.name):
			value = cast(setter.property_type, setter.value)
			if setter.doctype_or_field == "DocType":
				self.__dict__[setter.property] = value
			for df in self.fields:
				if setter.doctype_or_field == "DocField" and df.fieldname == setter.field_name:
					df[setter.property] = value

	def get(self, key, filters=None, default=None):
		"""Return an attribute, or those of the `fields` or `permissions` that match `filters`."""
		value = self.__dict__.get(key, default)
		return [df for df in value if _matches(df, filters)] if filters else value

	@cached_property
	def _fields(self):
		return {df.fieldname: df for df in self.fields}

	def get_field(self, fieldname):
		return self._fields.get(fieldname)

	def has_field(self, fieldname):
		return fieldname in self._fields

	def get_label(self, fieldname):
		if df := self.get_field(fieldname):
			return df.label
		return FIELD_LABELS.get(fieldname, "No Label")

	def get_options(self, fieldname):
		return self.get_field(fieldname).options

	def _of_type(self, *fieldtypes):
		return [df for df in self.fields if df.fieldtype in fieldtypes]

	@cached_property
	def _table_fields(self):
		return self._of_type(*table_fields)

	@cached_property
	def table_fieldnames(self):
		return frozenset(df.fieldname for df in self._table_fields)

	@cached_property
	def _link_fields(self):
		return self._of_type("Link")

	@cached_property
	def dynamic_link_fields(self):
		return self._of_type("Dynamic Link")

	@cached_property
	def select_fields(self):
		return self._of_type("Select")

	@cached_property
	def data_fields(self):
		return [df for df in self._of_type("Data") if df.options]

	@cached_property
	def set_once_fields(self):
		return [df for df in self.fields if df.set_only_once] + list(SET_ONCE_STANDARD_FIELDS)

	@cached_property
	def mandatory_fields(self):
		return [df for df in self.fields if df.reqd]

	@cached_property
	def non_negative_fields(self):
		return [df for df in self.fields if df.non_negative and df.fieldtype in ("Int", "Float", "Currency")]

	@cached_property
	def high_permlevel_fields(self):
		return [df for df in self.fields if df.permlevel > 0]

	@cached_property
	def fields_to_fetch(self):
		"""The fields with `fetch_from`, by the link field they follow."""
		fetched = {}
		for df in self.fields:
			if df.fetch_from and df.fieldtype not in no_value_fields:
				fetched.setdefault(df.fetch_from.split(".")[0], []).append(df)
		return fetched

	@cached_property
	def value_fields(self):
		return [df for df in self.fields if df.fieldtype in data_fieldtypes]

	@cached_property
	def limited_fields(self):
		"""The fields that hold only so many characters, with that number."""
		return [(df, cint(df.length) or 140) for df in self.value_fields if df.fieldtype in VARCHAR_TYPES]

	@cached_property
	def integer_fields(self):
		return self._of_type("Int")

	@cached_property
	def dynamic_default_fields(self):
		"""The fields whose default is another one for each new document."""
		defaults = [(df, (df.default or "").lower()) for df in self.value_fields]
		return [
			df for df, default in defaults
			if default.startswith(":") or df.fieldtype == "Time" or (df.fieldtype == "Datetime" and default == "now")
		]  # fmt: skip

	@cached_property
	def column_types(self):
		"""Field types by column, the standard columns first."""
		names = [*default_fields[1:], *(child_table_fields if self.istable else ())]
		columns = {name: STANDARD_FIELDTYPES[name] for name in names}
		columns.update((df.fieldname, df.fieldtype) for df in self.value_fields)
		return columns

	def get_table_fields(self):
		return self._table_fields

	def get_link_fields(self):
		return self._link_fields

	def get_dynamic_link_fields(self):
		return self.dynamic_link_fields

	def get_select_fields(self):
		return self.select_fields

	def get_high_permlevel_fields(self):
		return self.high_permlevel_fields

	def get_valid_columns(self):
		return list(self.column_types)

	def get_title_field(self):
		return self.title_field or ("title" if self.has_field("title") else "name")

	def get_search_fields(self):
		names = [name.strip() for name in (self.search_fields or "").split(",") if name.strip()]
		return names if "name" in names else [*names, "name"]

	def is_nested_set(self):
		return self.has_field("lft") and self.has_field("rgt")

	def get_permissions(self, parenttype=None):
		return get_meta(parenttype).permissions if self.istable and parenttype else self.permissions

	def get_permlevel_access(self, permission_type="read", parenttype=None, *, user=None):
		"""Return the permission levels that the user's roles open."""
		roles = frappe.get_roles(user)
		allowed = [p for p in self.get_permissions(parenttype) if p.role in roles and p.get(permission_type)]
		return list(dict.fromkeys(permission.permlevel for permission in allowed))

	def get_permitted_fieldnames(self, parenttype=None, *, user=None, permission_type="read"):
		"""Return the columns that the user may read."""
		if self.istable and not parenttype:
			return []
		if permission_type == "select":
			return self.get_search_fields()
		levels = set(self.get_permlevel_access(permission_type, parenttype, user=user))
		if 0 not in levels and frappe.share.get_shared(self.name, user, rights=[permission_type], limit=1):
			levels.add(0)
		everything = not self.get_permissions(parenttype) or (user or frappe.session.user) == "Administrator"
		fields = [df.fieldname for df in self.value_fields if everything or df.permlevel in levels]
		standard = [*default_fields[1:], *(child_table_fields if self.istable else optional_fields)]
		return standard + fields


def _rows(doctype, column, value):
	order = "" if doctype == "DocType" else " order by idx"
	return frappe.db.sql(f"select * from `tab{doctype}` where `{column}` = %s{order}", (value,), as_dict=True)


def _matches(df, filters):
	for key, wanted in filters.items():
		condition, operand = wanted if isinstance(wanted, list | tuple) else ("=", wanted)
		if not compare(df.get(key), condition, operand):
			return False
	return True
