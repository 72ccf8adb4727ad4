"""Reading and writing values without loading documents: `frappe.db.get_value` and its kin."""

import frappe
from frappe.database.connection import adapt
from frappe.database.filters import build_condition, read_filters
from frappe.model import STANDARD_FIELDTYPES, cast_fieldtype, float_like_fields
from frappe.types import _dict
from frappe.utils.data import flt, get_datetime, getdate, now

DECIMALS = 9
DEFAULT_ORDER = "KEEP_DEFAULT_ORDERING"


class Parameters(list):
	"""Collects values in the order of their marks."""

	def __call__(self, value):
		self.append(value)
		return "%s"


def to_column(fieldtype, value):
	"""Return `value` as a column of that type stores it."""
	if value in (None, "") and fieldtype in ("Date", "Datetime", "Time"):
		return None
	if fieldtype in ("Date", "Datetime"):
		return (getdate if fieldtype == "Date" else get_datetime)(value)
	return round(flt(value), DECIMALS) if fieldtype in float_like_fields else adapt(value)


class ValuesMixin:
	"""The value methods of `frappe.db`. Reads are cheap here: `cache` and `for_update` change nothing."""

	def get_value(
		self, doctype, filters=None, fieldname="name", ignore=None, as_dict=False, *args, **options
	):
		"""Return one value, a tuple of values or a dict of the first record that matches, else None."""
		rows = self.get_values(doctype, filters, fieldname, ignore, as_dict, limit=1, **options)
		if not rows:
			return None
		return rows[0] if options.get("pluck") or as_dict or len(rows[0]) > 1 else rows[0][0]

	def get_values(
		self, doctype, filters=None, fieldname="name", ignore=None, as_dict=False, *, order_by=DEFAULT_ORDER,
		cache=False, for_update=False, wait=True, pluck=False, distinct=False, limit=None,
	):  # fmt: skip
		"""Return the values of all records that match, as tuples, dicts or (`pluck`) single values."""
		fields = [fieldname] if isinstance(fieldname, str) else fieldname
		if filters is None or (filters == doctype and doctype != "DocType"):
			return self.get_values_from_single(fields, filters, doctype, as_dict)
		parameters = Parameters()
		where = self._where(doctype, filters, parameters)
		order_by = ("" if distinct else "modified desc") if order_by == DEFAULT_ORDER else order_by
		columns = [
			field if field == "*" or " as " in field or "(" in field else f"`{field}`" for field in fields
		]
		query = f"select {'distinct ' if distinct else ''}{', '.join(columns)} from `tab{doctype}`{where}"
		query += f" order by {order_by}" if order_by else ""
		query += f" limit {limit}" if limit else ""
		return self.sql(query, tuple(parameters), as_dict=as_dict or fields == ["*"], pluck=pluck)

	@staticmethod
	def _where(doctype, filters, parameters):
		if isinstance(filters, str | int):
			parameters.append(filters)
			return " where `name` = %s"
		conditions = [build_condition(entry, parameters) for entry in read_filters(doctype, filters or [])]
		return f" where {' and '.join(conditions)}" if conditions else ""

	def get_values_from_single(self, fields, filters, doctype, as_dict=False):
		"""Return the values of a Single as the only row of a list."""
		values = self.get_singles_dict(doctype)
		if isinstance(filters, dict) and any(values.get(key) != value for key, value in filters.items()):
			return []
		row = dict(values) if "*" in fields else {field: values.get(field) for field in fields}
		return [_dict(row) if as_dict else tuple(row.values())] if any(row.values()) else []

	def get_singles_dict(self, doctype):
		"""Return all values of a Single, as text."""
		return _dict(self.sql("select field, value from `tabSingles` where doctype = %s", (doctype,)))

	def get_single_value(self, doctype, fieldname, cache=True):
		df = frappe.get_meta(doctype).get_field(fieldname)
		return cast_fieldtype(df.fieldtype, self.get_singles_dict(doctype).get(fieldname))

	def set_single_value(self, doctype, fieldname, value=None, update_modified=True):
		"""Write values of a Single."""
		values = dict(fieldname) if isinstance(fieldname, dict) else {fieldname: value}
		for field, new_value in values.items():
			self.sql("delete from `tabSingles` where doctype = %s and field = %s", (doctype, field))
			text = new_value if new_value is None else str(adapt(new_value))
			columns = (doctype, field, text)
			self.sql("insert into `tabSingles` (doctype, field, value) values (%s, %s, %s)", columns)

	def set_value(self, dt, dn, field, val=None, modified=None, modified_by=None, update_modified=True):
		"""Write values of the records that match, without loading them."""
		if dn is None or dt == dn:
			return self.set_single_value(dt, field, val)
		values = dict(field) if isinstance(field, dict) else {field: val}
		if update_modified:
			values.update(modified=modified or now(), modified_by=modified_by or frappe.session.user)
		types = {**STANDARD_FIELDTYPES, **frappe.get_meta(dt).column_types}
		parameters = Parameters()
		assignments = [
			f"`{column}` = {parameters(to_column(types.get(column), value))}"
			for column, value in values.items()
		]
		where = self._where(dt, dn, parameters)
		self.sql(f"update `tab{dt}` set {', '.join(assignments)}{where}", tuple(parameters))

	def exists(self, dt, dn=None, cache=False):
		"""Return the name of a record that matches, or None."""
		if isinstance(dt, dict):
			dt, dn = dt["doctype"], {key: value for key, value in dt.items() if key != "doctype"}
		if dn is None or (dt == dn != "DocType"):
			return dn
		return self.get_value(dt, dn, order_by=None) if self.table_exists(dt) else None

	def count(self, dt, filters=None, cache=False):
		parameters = Parameters()
		where = self._where(dt, filters, parameters)
		return self.sql(f"select count(*) from `tab{dt}`{where}", tuple(parameters))[0][0]

	def delete(self, doctype, filters=None):
		"""Delete the records that match, without running their controllers."""
		parameters = Parameters()
		where = self._where(doctype, filters, parameters)
		self.sql(f"delete from `tab{doctype}`{where}", tuple(parameters))

	def bulk_insert(self, doctype, fields, values, ignore_duplicates=False, chunk_size=10_000):
		"""Insert rows of values without running controllers."""
		columns = ", ".join(f"`{field}`" for field in fields)
		marks = ", ".join(["%s"] * len(fields))
		verb = "insert or ignore" if ignore_duplicates else "insert"
		for row in values:
			self.sql(f"{verb} into `tab{doctype}` ({columns}) values ({marks})", tuple(row))

	@staticmethod
	def set_global(key, val, user="__global"):
		frappe.defaults.set_default(key, val, user)

	@staticmethod
	def get_global(key, user="__global"):
		return frappe.defaults.get_default(key, user)

	@staticmethod
	def get_all(*args, **kwargs):
		return frappe.get_all(*args, **kwargs)
