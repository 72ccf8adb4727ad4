"""The visibility rule as SQL, in the shape that the database answers fastest for the user who asks.

Each grant (grants.py) is a query of names with an index of its own. Joined by `or` or `union` they
make the database collect every record of the user before it sorts the page. So grants that show nothing are left out
first: most people see what they are the sales engineer of and nothing else, which is a plain comparison with an index
behind it. The shapes differ in speed alone.
"""

import frappe

from crm_pipeline import compat, sql
from crm_pipeline.access.grants import APPLICATION_ENGINEER, GRANTS, SALES_ENGINEER, select_names
from crm_pipeline.constants import OPPORTUNITY

ENGINEERS = (SALES_ENGINEER, APPLICATION_ENGINEER)  # grants that are a field of the record itself
# who has this many of so many of the latest records finds them by reading the latest records
FREQUENT, LATEST = 40, 4000


def get_condition(user: str) -> str:
	"""Return the SQL condition that limits opportunities to those that a user who is no manager sees."""
	return compat.without_percent(_get_condition(user))


def _get_condition(user: str) -> str:
	used = _get_used_grants(user)
	if used <= {SALES_ENGINEER}:
		return _compare(SALES_ENGINEER, user)
	if used == {APPLICATION_ENGINEER}:
		return _compare(APPLICATION_ENGINEER, user)
	if _is_frequent(user, used):
		return _match_row_by_row(user, used)
	return _match_names(user, used)


def _get_used_grants(user: str) -> set[str]:
	"""Return the grants that show the user something; those other than the first, something the first does not."""
	of_others = sql.differs(GRANTS[SALES_ENGINEER].user, user, OPPORTUNITY)
	queries = {grant: select_names(GRANTS[grant], user) for grant in GRANTS}
	asked = [
		sql.select_if_any(
			grant, query if grant == SALES_ENGINEER else sql.join_names(query, OPPORTUNITY, of_others)
		)
		for grant, query in queries.items()
	]
	return {grant for (grant,) in frappe.db.sql(sql.union(asked))}


def _is_frequent(user: str, used: set[str]) -> bool:
	"""Tell whether the user is engineer of many of the latest records, by their index alone."""
	opportunity = frappe.qb.DocType(OPPORTUNITY)
	latest = frappe.qb.from_(opportunity).select(opportunity.modified)
	for fieldname in (GRANTS[grant].user for grant in ENGINEERS if grant in used):
		own = latest.where(opportunity[fieldname] == user).orderby(opportunity.modified, order=frappe.qb.desc)
		since = own.limit(1).offset(FREQUENT - 1).run()
		if since and not latest.where(opportunity.modified > since[0][0]).limit(1).offset(LATEST - 1).run():
			return True
	return False


def _compare(grant: str, user: str) -> str:
	return sql.equals(GRANTS[grant].user, user, OPPORTUNITY)


def _match_names(user: str, used: set[str]) -> str:
	"""Collect the names first: a union that stands in the condition itself would be asked for every record."""
	names = sql.select_from((select_names(GRANTS[grant], user) for grant in GRANTS if grant in used), "name")
	return sql.is_in("name", OPPORTUNITY, names)


def _match_row_by_row(user: str, used: set[str]) -> str:
	"""Compare in a form that no index answers, so that records are read in the order of the list, up to a page."""
	return sql.any_of(
		sql.equals_without_index(GRANTS[grant].user, user, OPPORTUNITY)
		if grant in ENGINEERS
		else sql.is_in("name", OPPORTUNITY, select_names(GRANTS[grant], user))
		for grant in GRANTS
		if grant in used
	)
