"""The visibility rule as SQL, in the shape that the database answers fastest for the user who asks.

Each way of seeing an opportunity is a query of names with an index of its own (`WAYS`, the rule). Joined by `or` or
`union` they make the database collect every record of the user before it sorts the page. So ways that show
nothing are left out first: most people see what they are the sales engineer of and nothing else, which is a plain
comparison with an index behind it. The shapes differ in speed alone.
"""

import frappe

from crm_pipeline import compat
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain.routing import RULE

OWN, SUPPORTED, HELPED, SHARED, PUBLIC = "own", "supported", "helped", "shared", "public"
ENGINEER_FIELDS = {OWN: "sales_engineer", SUPPORTED: "application_engineer"}
SHARES = "select `share_name` as `name` from `tabDocShare` where `share_doctype` = 'Pipeline Opportunity' and `read` = 1"
# routing's own to-do is always the sales engineer's, who sees the record anyway, and there are many of them
NOT_ROUTED = f"(`assignment_rule` is null or `assignment_rule` <> '{RULE}')"
WAYS = {
	OWN: "select `name` from `tabPipeline Opportunity` where `sales_engineer` = %(user)s",
	SUPPORTED: "select `name` from `tabPipeline Opportunity` where `application_engineer` = %(user)s",
	HELPED: "select `reference_name` as `name` from `tabToDo` where `allocated_to` = %(user)s and `status` = 'Open'"
	f" and `reference_type` = 'Pipeline Opportunity' and {NOT_ROUTED}",
	SHARED: f"{SHARES} and `user` = %(user)s",
	PUBLIC: f"{SHARES} and `everyone` = 1",
}
OF_OTHERS = (
	"select '{way}' from (select 1 from ({names}) `seen` join `tabPipeline Opportunity` on"
	" `tabPipeline Opportunity`.`name` = `seen`.`name`"
	" where coalesce(`sales_engineer`, '') <> %(user)s limit 1) `{way}`"
)
USED_WAYS = " union all ".join(
	[
		f"select '{OWN}' from ({WAYS[OWN]} limit 1) `{OWN}`",
		*(OF_OTHERS.format(way=way, names=names) for way, names in WAYS.items() if way != OWN),
	]
)
# who has this many of so many of the latest records finds them by reading the latest records
FREQUENT, LATEST = 40, 4000


def get_condition(user: str) -> str:
	"""Return the SQL condition that limits opportunities to those that a user who is no manager sees."""
	return compat.without_percent(_get_condition(user))


def _get_condition(user: str) -> str:
	used = _get_used_ways(user)
	if used <= {OWN}:
		return _compare(OWN, user)
	if used == {SUPPORTED}:
		return _compare(SUPPORTED, user)
	if _is_frequent(user, used):
		return _match_row_by_row(user, used)
	return _match_names(user, used)


def _get_used_ways(user: str) -> set[str]:
	"""Return the ways that show the user something; those other than the first, something the first does not."""
	return {way for (way,) in frappe.db.sql(USED_WAYS, {"user": user})}


def _is_frequent(user: str, used: set[str]) -> bool:
	"""Tell whether the user is engineer of many of the latest records, by their index alone."""
	opportunity = frappe.qb.DocType(OPPORTUNITY)
	latest = frappe.qb.from_(opportunity).select(opportunity.modified)
	for fieldname in (ENGINEER_FIELDS[way] for way in ENGINEER_FIELDS if way in used):
		own = latest.where(opportunity[fieldname] == user).orderby(opportunity.modified, order=frappe.qb.desc)
		since = own.limit(1).offset(FREQUENT - 1).run()
		if since and not latest.where(opportunity.modified > since[0][0]).limit(1).offset(LATEST - 1).run():
			return True
	return False


def _compare(way: str, user: str) -> str:
	return f"`tab{OPPORTUNITY}`.`{ENGINEER_FIELDS[way]}` = {_quote(user)}"


def _match_names(user: str, used: set[str]) -> str:
	"""Collect the names first: a union that stands in the condition itself would be asked for every record."""
	names = " union all ".join(_get_names(way, user) for way in WAYS if way in used)
	return f"`tab{OPPORTUNITY}`.`name` in (select `name` from ({names}) `seen`)"


def _match_row_by_row(user: str, used: set[str]) -> str:
	"""Compare in a form that no index answers, so that records are read in the order of the list, up to a page."""
	conditions = [
		f"coalesce(`tab{OPPORTUNITY}`.`{ENGINEER_FIELDS[way]}`, '') = {_quote(user)}"
		if way in ENGINEER_FIELDS
		else f"`tab{OPPORTUNITY}`.`name` in ({_get_names(way, user)})"
		for way in WAYS
		if way in used
	]
	return f"({' or '.join(conditions)})"


def _get_names(way: str, user: str) -> str:
	return WAYS[way] % {"user": _quote(user)}


def _quote(user: str) -> str:
	return frappe.db.escape(user, percent=False)
