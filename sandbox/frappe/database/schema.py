"""Tables, columns and indexes."""

import re

import frappe
from frappe import model
from frappe.types import NotInSandbox

STANDARD_COLUMNS = ("name", "creation", "modified", "modified_by", "owner", "docstatus", "idx")
INDEX_LENGTH = re.compile(r"\(\d+\)")
DROP_SEQUENCE = re.compile(r"\s*drop sequence (?:if exists )?`?(\w+)", re.I)
COLUMN_TYPES = {
	**dict.fromkeys(model.datetime_fields),
	**dict.fromkeys(model.VARCHAR_TYPES, "VARCHAR(140) COLLATE NOCASE"),
	**dict.fromkeys(model.TEXT_TYPES, "TEXT COLLATE NOCASE"),
	**dict.fromkeys(model.float_like_fields, "REAL NOT NULL DEFAULT 0"),
	**dict.fromkeys(model.integer_fields, "INT NOT NULL DEFAULT 0"),
	"Long Int": "INT",
}


def column_type(fieldtype):
	"""Return the SQL type of a field; text compares without regard to case, as on MariaDB."""
	if fieldtype not in COLUMN_TYPES:
		raise NotInSandbox(f"The sandbox does not know the field type {fieldtype}")
	return COLUMN_TYPES[fieldtype] or fieldtype.upper()


def get_columns(meta):
	"""Return the columns of a DocType's table and their types."""
	extra = model.child_table_fields if meta.istable else model.optional_fields
	columns = {name: column_type(model.STANDARD_FIELDTYPES[name]) for name in (*STANDARD_COLUMNS, *extra)}
	for df in meta.fields:
		if df.fieldtype not in model.no_value_fields:
			columns[df.fieldname] = column_type(df.fieldtype)
	return columns


class SchemaMixin:
	"""The schema methods of `frappe.db`."""

	def sql_ddl(self, query, debug=False):
		"""Change the schema; that commits, as on MariaDB."""
		self.commit()
		if sequence := DROP_SEQUENCE.match(query):
			self.sequences.execute("delete from sequences where name = ?", (sequence[1],))
		else:
			self.sql(query)
		self.commit()

	def updatedb(self, doctype, meta=None):
		"""Create the table of a DocType, or add the columns and indexes that it lacks."""
		meta = meta or frappe.get_meta(doctype, cached=False)
		if meta.issingle:
			return
		self.commit()
		columns = get_columns(meta)
		definitions = [f"`{name}` {sql_type}" for name, sql_type in columns.items()]
		self.sql(f"create table if not exists `tab{doctype}` ({', '.join(definitions)}, primary key (name))")
		existing = self.get_table_columns(doctype)
		for name, sql_type in columns.items():
			if name not in existing:
				self.sql(f"alter table `tab{doctype}` add column `{name}` {sql_type}")
		self._add_indexes(doctype, meta)
		self.commit()

	def _add_indexes(self, doctype, meta):
		self.add_index(doctype, ["parent" if meta.istable else "modified"])
		for df in meta.fields:
			if df.get("unique"):
				self.add_unique(doctype, [df.fieldname], df.fieldname)
			elif df.get("search_index"):
				self.add_index(doctype, [df.fieldname])

	def add_index(self, doctype, fields, index_name=None):
		"""Create an index unless it exists; that commits."""
		name = index_name or INDEX_LENGTH.sub("", "_".join(fields) + "_index")
		self._create_index("index", doctype, fields, name)

	def add_unique(self, doctype, fields, constraint_name=None):
		"""Create a unique index unless it exists; that commits."""
		fields = [fields] if isinstance(fields, str) else fields
		self._create_index("unique index", doctype, fields, constraint_name or "unique_" + "_".join(fields))

	def _create_index(self, kind, doctype, fields, name):
		columns = ", ".join(f"`{INDEX_LENGTH.sub('', field)}`" for field in fields)
		self.sql_ddl(f"create {kind} if not exists `tab{doctype}:{name}` on `tab{doctype}` ({columns})")

	def table_exists(self, doctype, cached=True):
		return bool(self.get_table_columns(doctype))

	def get_table_columns(self, doctype):
		return self.sql("select name from pragma_table_info(%s)", (f"tab{doctype}",), pluck=True)

	def has_column(self, doctype, column):
		return column in self.get_table_columns(doctype)
