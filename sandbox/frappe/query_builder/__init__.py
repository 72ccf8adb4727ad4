"""`frappe.query_builder` on PyPika."""

from frappe.query_builder.builder import DocType, QueryBuilder, Table
from pypika import Case, Order
from pypika.terms import Criterion, Field, Interval
