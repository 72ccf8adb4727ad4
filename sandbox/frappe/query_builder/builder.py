"""`frappe.qb`: PyPika in MariaDB's dialect; queries run on `frappe.db`."""

from datetime import date, datetime

import frappe
from frappe.database.connection import adapt
from frappe.types import raise_unknown
from pypika import MySQLQuery, Order, Table, terms
from pypika.dialects import MySQLQueryBuilder
from pypika.queries import _SetOperation
from pypika.terms import Function, ValueWrapper


def _get_formatted_value(cls, value, **kwargs):
	return _write_literal(adapt(value) if isinstance(value, date | datetime) else value, **kwargs)


def _run(query, **options):
	query._for_update = False  # one process: nobody to lock out
	return frappe.db.sql(query.get_sql(), **options)


_write_literal = ValueWrapper.get_formatted_value
ValueWrapper.get_formatted_value = classmethod(_get_formatted_value)
MySQLQueryBuilder.run = _SetOperation.run = _run


def DocType(table_name, *args, **kwargs):
	"""Return the table of a DocType."""
	return Table(f"tab{table_name}", *args, **kwargs)


class _Unknown(type):
	__getattr__ = raise_unknown("frappe.qb")


class QueryBuilder(MySQLQuery, metaclass=_Unknown):
	"""`frappe.qb`."""

	terms = terms
	desc, asc = Order.desc, Order.asc
	DocType, functions = staticmethod(DocType), staticmethod(Function)

	@classmethod
	def from_(cls, table, **kwargs):
		return super().from_(DocType(table) if isinstance(table, str) else table, **kwargs)

	@classmethod
	def update(cls, table, **kwargs):
		return super().update(DocType(table) if isinstance(table, str) else table, **kwargs)
