"""The visibility rule as data: what lets somebody who is no manager see an opportunity.

Whatever asks who sees what reads this table: lists and counts as SQL in the fastest shape (visibility.py), one document
(permissions.py), and the explanation on the form's History tab (explanation.py).
"""

from typing import NamedTuple

from crm_pipeline import sql
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain.routing import RULE

SALES_ENGINEER, APPLICATION_ENGINEER, ASSIGNED, SHARED, SHARED_WITH_EVERYONE = (
	"own",
	"supported",
	"helped",
	"shared",
	"public",
)


class Grant(NamedTuple):
	"""A table in which a row lets a user see a record: its columns, and what else the row must hold.

	`user` is None where the row is for everybody, `by` holds who made it. `conditions` are (comparison, column, value).
	"""

	doctype: str
	record: str
	user: str | None
	by: str = "owner"
	conditions: tuple[tuple, ...] = ()

	def get_condition(self) -> str:
		return sql.all_of(compare(column, value) for compare, column, value in self.conditions)


SHARE = ((sql.equals, "share_doctype", OPPORTUNITY), (sql.equals, "read", 1))
GRANTS = {
	SALES_ENGINEER: Grant(OPPORTUNITY, "name", "sales_engineer"),
	APPLICATION_ENGINEER: Grant(OPPORTUNITY, "name", "application_engineer"),
	ASSIGNED: Grant(
		"ToDo",
		"reference_name",
		"allocated_to",
		by="assigned_by",
		conditions=(
			(sql.equals, "status", "Open"),
			(sql.equals, "reference_type", OPPORTUNITY),
			# routing's own to-do is always the sales engineer's, who sees the record anyway, and there are many of them
			(sql.differs, "assignment_rule", RULE),
		),
	),
	SHARED: Grant("DocShare", "share_name", "user", conditions=SHARE),
	SHARED_WITH_EVERYONE: Grant(
		"DocShare", "share_name", None, conditions=(*SHARE, (sql.equals, "everyone", 1))
	),
}

# what lets somebody who is no manager write one; User Permissions may still say no, so it is asked again under the lock
WRITE_GRANTS = (
	GRANTS[SALES_ENGINEER],
	Grant("DocShare", "share_name", "user", conditions=(*SHARE, (sql.equals, "write", 1))),
	Grant(
		"DocShare",
		"share_name",
		None,
		conditions=(*SHARE, (sql.equals, "write", 1), (sql.equals, "everyone", 1)),
	),
)


def select_names(grant: Grant, user: str) -> str:
	"""Return a query for the names of the records that the user sees in this grant."""
	return _select(grant, {"name": grant.record}, [sql.equals(grant.user, user)] if grant.user else [])


def select_some(grant: Grant, names: list[str], user: str) -> str:
	"""Return a query for those of some records that the user sees by this grant."""
	own = [sql.equals(grant.user, user)] if grant.user else []
	return _select(grant, {"name": grant.record}, [sql.is_one_of(grant.record, names), *own])


def select_people(grant: Grant, name: str) -> str:
	"""Return a query for who sees a record in this grant, who gave that to them, and since when."""
	columns = {"user": grant.user or grant.by, "by": grant.by, "since": "creation"}
	return _select(grant, columns, [sql.equals(grant.record, name)])


def select_record(grant: Grant, name: str, user: str) -> str:
	"""Return a query that finds the record if the user sees it in this grant."""
	own = [sql.equals(grant.user, user)] if grant.user else []
	return _select(grant, {"name": grant.record}, [sql.equals(grant.record, name), *own])


def _select(grant: Grant, columns: dict[str, str], conditions: list[str]) -> str:
	return sql.select(grant.doctype, columns, sql.all_of(filter(None, [*conditions, grant.get_condition()])))
