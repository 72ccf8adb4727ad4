"""The opportunities that a report may count: what the filters ask for, under the visibility rule."""

from functools import reduce
from operator import and_

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Sum
from pypika import CustomFunction
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, LiteralValue

from crm_pipeline import permissions
from crm_pipeline.crm_pipeline.reporting.filters import Filters

Year = CustomFunction("YEAR", ["date"])
Month = CustomFunction("MONTH", ["date"])
DateDiff = CustomFunction("DATEDIFF", ["later", "earlier"])


def get_table():
	return frappe.qb.DocType(permissions.OPPORTUNITY)


def select(filters: Filters, *criteria: Criterion) -> QueryBuilder:
	"""Return a query over the opportunities that meet the criteria (at least one) and the filters.

	Only those that the user sees are in it; for a digest, only those that its reader sees too. Raises
	frappe.PermissionError for a user who may not read opportunities at all.
	"""
	opportunity = get_table()
	query = frappe.qb.from_(opportunity).where(reduce(and_, (*criteria, *filters.get_criteria(opportunity))))
	for user in filters.get_readers():
		if conditions := permissions.get_match_conditions(user):
			query = query.where(LiteralValue(f"({conditions.replace('%', '%%')})"))
	return query


def within(moment, filters: Filters) -> Criterion:
	"""Return the criterion that a moment lies in the period."""
	return (moment >= filters.from_date) & (moment < frappe.utils.add_days(filters.to_date, 1))


def count_if(criterion: Criterion):
	return sum_if(criterion, 1)


def sum_if(criterion: Criterion, value):
	return Sum(Case().when(criterion, value).else_(0))
