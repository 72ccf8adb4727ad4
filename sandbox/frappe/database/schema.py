"""Tables, columns and indexes."""

import re

import frappe
from frappe.model import (
	STANDARD_FIELDTYPES,
	TEXT_TYPES,
	VARCHAR_TYPES,
	child_table_fields,
	data_fieldtypes,
	float_like_fields,
	integer_fields,
	no_value_fields,
	optional_fields,
)
from frappe.types import NotInSandbox

STANDARD_COLUMNS = ("name", "creation", "modified", "modified_by", "owner", "docstatus", "idx")
INDEX_LENGTH = re.compile(r"\(\d+\)")


def column_type(fieldtype):
	"""Return the SQL type of a field; text compares without regard to case, as on MariaDB."""
	if fieldtype in VARCHAR_TYPES:
		return "VARCHAR(140) COLLATE NOCASE"
	if fieldtype in TEXT_TYPES:
		return "TEXT COLLATE NOCASE"
	if fieldtype in float_like_fields:
		return "REAL NOT NULL DEFAULT 0"
	if fieldtype in integer_fields:
		return "INT NOT NULL DEFAULT 0"
	if fieldtype in data_fieldtypes:
		return fieldtype.upper()
	raise NotInSandbox(f"The sandbox does not know the field type {fieldtype}")


def get_columns(meta):
	"""Return the columns of a DocType's table and their types."""
	names = [*STANDARD_COLUMNS, *(child_table_fields if meta.istable else optional_fields)]
	columns = {name: column_type(STANDARD_FIELDTYPES[name]) for name in names}
	if meta.autoname == "autoincrement":
		columns["name"] = "BIGINT"
	for df in meta.fields:
		if df.fieldtype not in no_value_fields and not df.get("is_virtual"):
			columns[df.fieldname] = column_type(df.fieldtype)
	return columns


class SchemaMixin:
	"""The schema methods of `frappe.db`."""

	def updatedb(self, doctype, meta=None):
		"""Create the table of a DocType, or add the columns and indexes that it lacks."""
		meta = meta or frappe.get_meta(doctype, cached=False)
		if meta.issingle:
			return
		self.commit()
		if not self.table_exists(doctype):
			self._create_table(doctype, get_columns(meta))
		else:
			self._add_columns(doctype, get_columns(meta))
		self._add_indexes(doctype, meta)
		self.commit()

	def _create_table(self, doctype, columns):
		definitions = [f"`{name}` {sql_type}" for name, sql_type in columns.items()]
		definitions[0] += " PRIMARY KEY"
		self.sql(f"create table `tab{doctype}` ({', '.join(definitions)})")

	def _add_columns(self, doctype, columns):
		existing = self.get_table_columns(doctype)
		for name, sql_type in columns.items():
			if name not in existing:
				self.sql(f"alter table `tab{doctype}` add column `{name}` {sql_type}")

	def _add_indexes(self, doctype, meta):
		self.add_index(doctype, ["parent" if meta.istable else "modified"])
		for df in meta.fields:
			if df.get("unique"):
				self.add_unique(doctype, [df.fieldname], df.fieldname)
			elif df.get("search_index"):
				self.add_index(doctype, [df.fieldname])

	@staticmethod
	def get_index_name(fields):
		return INDEX_LENGTH.sub("", "_".join(fields) + "_index")

	def add_index(self, doctype, fields, index_name=None):
		"""Create an index unless it exists; that commits."""
		self._create_index("index", doctype, fields, index_name or self.get_index_name(fields))

	def add_unique(self, doctype, fields, constraint_name=None):
		"""Create a unique index unless it exists; that commits."""
		fields = [fields] if isinstance(fields, str) else fields
		name = constraint_name or "unique_" + "_".join(fields)
		self._create_index("unique index", doctype, fields, name)

	def _create_index(self, kind, doctype, fields, name):
		if self.has_index(f"tab{doctype}", name):
			return
		columns = ", ".join(f"`{INDEX_LENGTH.sub('', field)}`" for field in fields)
		self.sql_ddl(f"create {kind} `tab{doctype}:{name}` on `tab{doctype}` ({columns})")

	def drop_indexes(self, table_name, column):
		"""Drop the indexes that hold a column; MariaDB does that itself when the column goes."""
		names = self.sql(
			"select name from sqlite_master where type = 'index' and tbl_name = %s", (table_name,)
		)
		for (name,) in names:
			if column in self.sql("select name from pragma_index_info(%s)", (name,), pluck=True):
				self.sql(f"drop index `{name}`")

	def has_index(self, table_name, index_name):
		query = "select 1 from sqlite_master where type = 'index' and tbl_name = %s and name = %s"
		return bool(self.sql(query, (table_name, f"{table_name}:{index_name}")))

	def get_tables(self, cached=True):
		return self.sql("select name from sqlite_master where type = 'table'", pluck=True)

	def table_exists(self, doctype, cached=True):
		query = "select 1 from sqlite_master where type = 'table' and name = %s"
		return bool(self.sql(query, (f"tab{doctype}",)))

	has_table = table_exists

	def get_table_columns(self, doctype):
		columns = self.sql("select name from pragma_table_info(%s)", (f"tab{doctype}",), pluck=True)
		if not columns:
			raise self.OperationalError(f"no such table: tab{doctype}")
		return columns

	def has_column(self, doctype, column):
		return column in self.get_table_columns(doctype)
