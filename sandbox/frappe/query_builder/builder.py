"""`frappe.qb`: PyPika in MariaDB's dialect; queries run on `frappe.db` with their values as parameters."""

import frappe
from frappe.database.connection import adapt
from frappe.types import raise_unknown
from pypika import MySQLQuery, Order, terms
from pypika.dialects import MySQLQueryBuilder
from pypika.queries import Schema, Table, _SetOperation
from pypika.terms import Function, ValueWrapper
from pypika.utils import format_alias_sql


class ParameterWrapper:
	"""Collects the values of a query while it is written."""

	def __init__(self):
		self.parameters = {}

	def get_sql(self, value):
		key = f"param{len(self.parameters) + 1}"
		self.parameters[key] = value
		return f"%({key})s"


class Value(ValueWrapper):
	"""A value: a parameter while a query is run, a literal in `get_sql()`."""

	def get_sql(self, quote_char=None, secondary_quote_char="'", param_wrapper=None, **kwargs):
		if self.value is None or isinstance(self.value, terms.Term):
			return super().get_sql(quote_char=quote_char, secondary_quote_char=secondary_quote_char, **kwargs)
		value = adapt(self.value)
		sql = param_wrapper.get_sql(value) if param_wrapper else frappe.db.escape(value, percent=False)
		return format_alias_sql(sql, self.alias, quote_char=quote_char, **kwargs)


def _get_function_sql(self, **kwargs):
	"""Write a function like PyPika does, but hand the parameter wrapper on to its arguments."""
	with_alias, schema = kwargs.pop("with_alias", False), self.schema
	wanted = ("with_namespace", "quote_char", "param_wrapper", "dialect")
	sql = self.get_function_sql(**{key: kwargs[key] for key in wanted if key in kwargs})
	sql = f"{schema.get_sql(**kwargs)}.{sql}" if schema is not None else sql
	return format_alias_sql(sql, self.alias, **kwargs) if with_alias else sql


def _run(query, **options):
	"""Run a query and return what `frappe.db.sql` returns."""
	wrapper = ParameterWrapper()
	sql = query.get_sql(param_wrapper=wrapper)
	return frappe.db.sql(sql, wrapper.parameters, **options)


terms.ValueWrapper.get_sql = Value.get_sql
Function.get_sql = _get_function_sql
MySQLQueryBuilder.run = _SetOperation.run = _run


def DocType(table_name, *args, **kwargs):
	"""Return the table of a DocType."""
	from frappe.utils import get_table_name

	return Table(get_table_name(table_name), *args, **kwargs)


class _Unknown(type):
	__getattr__ = raise_unknown("frappe.qb")


class QueryBuilder(MySQLQuery, metaclass=_Unknown):
	"""`frappe.qb`."""

	terms = terms
	desc, asc = Order.desc, Order.asc
	Field, Schema, Table = terms.Field, Schema, Table
	DocType = staticmethod(DocType)

	@staticmethod
	def functions(name, *args, **kwargs):
		return Function(name, *args, **kwargs)

	@classmethod
	def _builder(cls, **kwargs):
		return MySQLQueryBuilder(wrapper_cls=Value, **kwargs)

	@classmethod
	def from_(cls, table, **kwargs):
		return super().from_(DocType(table) if isinstance(table, str) else table, **kwargs)

	@classmethod
	def into(cls, table, **kwargs):
		return super().into(DocType(table) if isinstance(table, str) else table, **kwargs)

	@classmethod
	def update(cls, table, **kwargs):
		return super().update(DocType(table) if isinstance(table, str) else table, **kwargs)
