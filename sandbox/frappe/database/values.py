"""Reading and writing values without loading documents: `frappe.db.get_value` and its kin."""

import frappe
from frappe.database.connection import adapt
from frappe.database.filters import build_condition, read_filters
from frappe.model import STANDARD_FIELDTYPES, float_like_fields
from frappe.types import _dict
from frappe.utils.data import cast_fieldtype, flt, get_datetime, getdate, now

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
	if fieldtype == "Datetime":
		return get_datetime(value)
	if fieldtype == "Date":
		return getdate(value)
	if fieldtype in float_like_fields:
		return round(flt(value), DECIMALS)
	return adapt(value)


class ValuesMixin:
	"""The value methods of `frappe.db`. Reads are cheap here: `cache` is accepted and changes nothing."""

	def get_value(
		self,
		doctype,
		filters=None,
		fieldname="name",
		ignore=None,
		as_dict=False,
		debug=False,
		order_by=DEFAULT_ORDER,
		cache=False,
		for_update=False,
		*,
		run=True,
		pluck=False,
		distinct=False,
		skip_locked=False,
		wait=True,
	):
		"""Return one value, a tuple of values or a dict of the first record that matches, else None."""
		rows = self.get_values(
			doctype, filters, fieldname, ignore, as_dict, order_by=order_by, pluck=pluck, limit=1
		)
		if not rows:
			return None
		row = rows[0]
		return row if pluck or as_dict or len(row) > 1 else row[0]

	def get_values(
		self,
		doctype,
		filters=None,
		fieldname="name",
		ignore=None,
		as_dict=False,
		debug=False,
		order_by=DEFAULT_ORDER,
		update=None,
		cache=False,
		for_update=False,
		*,
		run=True,
		pluck=False,
		distinct=False,
		limit=None,
		skip_locked=False,
		wait=True,
	):
		"""Return the values of all records that match, as tuples, dicts or (`pluck`) single values."""
		if filters is None or (filters == doctype and doctype != "DocType"):
			return self.get_values_from_single(fieldname, filters, doctype, as_dict, update=update)
		if filters == []:
			return []
		parameters = Parameters()
		where = self._where(doctype, filters, parameters)
		order = self._order(order_by, distinct)
		query = (
			f"select {'distinct ' if distinct else ''}{self._select(doctype, fieldname)} "
			f"from `tab{doctype}`{where}{order}{f' limit {limit}' if limit else ''}"
		)
		as_dict = as_dict or fieldname == "*"
		try:
			return self.sql(query, tuple(parameters), as_dict=as_dict, pluck=pluck, update=update)
		except self.OperationalError as error:
			if ignore and (self.is_table_missing(error) or self.is_missing_column(error)):
				return None
			raise

	@staticmethod
	def _where(doctype, filters, parameters):
		if isinstance(filters, str):
			parameters.append(filters)
			return " where `name` = %s"
		entries = read_filters(doctype, filters)
		conditions = " and ".join(build_condition(entry, parameters) for entry in entries)
		return f" where {conditions}" if conditions else ""

	@staticmethod
	def _order(order_by, distinct):
		if order_by == DEFAULT_ORDER:
			order_by = None if distinct else "modified desc"
		return f" order by {order_by}" if order_by else ""

	@staticmethod
	def _select(doctype, fieldname):
		fields = [fieldname] if isinstance(fieldname, str) else fieldname
		if fields == ["*"]:
			return "*"
		return ", ".join(field if " as " in field or "(" in field else f"`{field}`" for field in fields)

	def get_values_from_single(self, fields, filters, doctype, as_dict=False, debug=False, update=None):
		"""Return the values of a Single as the only row of a list."""
		values = self.get_singles_dict(doctype).update(update or {})
		if isinstance(filters, dict) and any(values.get(key) != value for key, value in filters.items()):
			return []
		if as_dict or fields == "*":
			wanted = values if fields == "*" else {field: values.get(field) for field in _as_list(fields)}
			return [_dict(wanted)] if values else []
		row = tuple(values.get(field) for field in _as_list(fields))
		return [row] if any(value is not None for value in row) else []

	def get_singles_dict(self, doctype, debug=False, *, for_update=False, cast=False):
		"""Return all values of a Single, as text unless `cast`."""
		values = _dict(self.sql("select field, value from `tabSingles` where doctype = %s", (doctype,)))
		if cast:
			meta = frappe.get_meta(doctype)
			for field in filter(meta.has_field, list(values)):
				values[field] = cast_fieldtype(meta.get_field(field).fieldtype, values[field])
		return values

	def get_single_value(self, doctype, fieldname, cache=True):
		df = frappe.get_meta(doctype).get_field(fieldname)
		if not df:
			frappe.throw(f"Field {frappe.bold(fieldname)} does not exist on {frappe.bold(doctype)}")
		query = "select value from `tabSingles` where doctype = %s and field = %s"
		rows = self.sql(query, (doctype, fieldname))
		return cast_fieldtype(df.fieldtype, rows[0][0] if rows else None)

	get_singles_value = get_single_value

	def set_single_value(
		self,
		doctype,
		fieldname,
		value=None,
		*,
		modified=None,
		modified_by=None,
		update_modified=True,
		debug=0,
	):
		"""Write values of a Single."""
		values = self._to_update(fieldname, value, modified, modified_by, update_modified)
		for field, new_value in values.items():
			self.sql("delete from `tabSingles` where doctype = %s and field = %s", (doctype, field))
			text = new_value if new_value is None else str(adapt(new_value))
			self.sql(
				"insert into `tabSingles` (doctype, field, value) values (%s, %s, %s)", (doctype, field, text)
			)
		frappe.clear_document_cache(doctype, doctype)

	def set_value(
		self, dt, dn, field, val=None, modified=None, modified_by=None, update_modified=True, debug=False
	):
		"""Write values of the records that match, without loading them."""
		if dn is None or dt == dn:
			return self.set_single_value(dt, field, val, update_modified=update_modified)
		values = self._to_update(field, val, modified, modified_by, update_modified)
		meta, parameters = frappe.get_meta(dt), Parameters()
		assignments = []
		for column, value in values.items():
			df = meta.get_field(column)
			fieldtype = df.fieldtype if df else STANDARD_FIELDTYPES.get(column)
			assignments.append(f"`{column}` = {parameters(to_column(fieldtype, value))}")
		where = self._where(dt, dn, parameters)
		self.sql(f"update `tab{dt}` set {', '.join(assignments)}{where}", tuple(parameters))
		frappe.clear_document_cache(dt, dn if isinstance(dn, str) else None)

	@staticmethod
	def _to_update(field, value, modified, modified_by, update_modified):
		values = dict(field) if isinstance(field, dict) else {field: value}
		if update_modified:
			values.update(modified=modified or now(), modified_by=modified_by or frappe.session.user)
		return values

	def exists(self, dt, dn=None, cache=False):
		"""Return the name of a record that matches, or None."""
		if isinstance(dt, dict):
			dn = {key: value for key, value in dt.items() if key != "doctype"}
			dt = dt["doctype"]
		if dt != "DocType" and dt == dn:
			return dn
		return self.get_value(dt, dn, ignore=True, order_by=None) if dn is not None else None

	def count(self, dt, filters=None, debug=False, cache=False, distinct=True):
		parameters = Parameters()
		where = self._where(dt, filters, parameters) if filters else ""
		return self.sql(f"select count(*) from `tab{dt}`{where}", tuple(parameters))[0][0]

	def a_row_exists(self, doctype):
		return bool(self.sql(f"select 1 from `tab{doctype}` limit 1"))

	def delete(self, doctype, filters=None, debug=False):
		"""Delete the records that match, without running their controllers."""
		parameters = Parameters()
		where = self._where(doctype, filters, parameters) if filters else ""
		self.sql(f"delete from `tab{doctype}`{where}", tuple(parameters))

	def truncate(self, doctype):
		self.sql_ddl(f"delete from `tab{doctype}`")

	def bulk_insert(self, doctype, fields, values, ignore_duplicates=False, *, chunk_size=10_000):
		"""Insert rows of values without running controllers."""
		columns = ", ".join(f"`{field}`" for field in fields)
		marks = ", ".join(["%s"] * len(fields))
		verb = "insert or ignore" if ignore_duplicates else "insert"
		for row in values:
			self.sql(f"{verb} into `tab{doctype}` ({columns}) values ({marks})", tuple(row))

	@staticmethod
	def get_all(*args, **kwargs):
		return frappe.get_all(*args, **kwargs)

	@staticmethod
	def get_list(*args, **kwargs):
		return frappe.get_list(*args, **kwargs)

	def get_default(self, key, parent="__default"):
		return frappe.defaults.get_default(key, parent)

	def set_default(self, key, val, parent="__default", parenttype=None):
		frappe.defaults.set_default(key, val, parent, parenttype)

	def get_global(self, key, user="__global"):
		return self.get_default(key, user)

	def set_global(self, key, val, user="__global"):
		self.set_default(key, val, user)

	def get_descendants(self, doctype, name):
		from frappe.utils.nestedset import get_descendants_of

		return get_descendants_of(doctype, name, ignore_permissions=True)

	@staticmethod
	def format_date(date):
		return getdate(date).strftime("%Y-%m-%d")

	@staticmethod
	def format_datetime(datetime):
		return get_datetime(datetime).strftime("%Y-%m-%d %H:%M:%S.%f")


def _as_list(fields):
	return [fields] if isinstance(fields, str) else list(fields)
