"""The opportunities that a report may count: what the filters ask for, under the visibility rule."""

from functools import reduce
from operator import and_

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Count
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from crm_pipeline.access import permissions
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.reporting.filters import Filters


def get_table():
	return frappe.qb.DocType(OPPORTUNITY)


def select(filters: Filters, *criteria: Criterion) -> QueryBuilder:
	"""Return a query over the opportunities that meet the criteria (at least one) and the filters.

	Only those that the user sees are in it; for a digest, only those that its reader sees too. Raises
	frappe.PermissionError for a user who may not read opportunities at all.
	"""
	opportunity = get_table()
	query = frappe.qb.from_(opportunity).where(reduce(and_, (*criteria, *filters.get_criteria(opportunity))))
	for user in filters.get_readers():
		query = permissions.limit_to_visible(query, user)
	return query


def within(moment, filters: Filters) -> Criterion:
	"""Return the criterion that a moment lies in the period."""
	return (moment >= filters.from_date) & (moment < frappe.utils.add_days(filters.to_date, 1))


def count_if(criterion: Criterion):
	return Count(Case().when(criterion, 1))
