"""`frappe.query_builder` on PyPika."""

from frappe.query_builder.builder import DocType, QueryBuilder, Table
from pypika import Case, Order
from pypika.terms import Criterion, Field, Interval

__all__ = ["Case", "Criterion", "DocType", "Field", "Interval", "Order", "QueryBuilder", "Table"]
