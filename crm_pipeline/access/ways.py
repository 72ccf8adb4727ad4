"""The visibility rule as data: the ways in which somebody who is no manager comes to see an opportunity.

Whatever asks who sees what reads this table: lists and counts as SQL in the fastest shape (visibility.py), one document
(permissions.py), and the explanation on the form's History tab (explanation.py).
"""

from typing import NamedTuple

from crm_pipeline import sql
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain.routing import RULE

OWN, SUPPORTED, HELPED, SHARED, PUBLIC = "own", "supported", "helped", "shared", "public"


class Way(NamedTuple):
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
WAYS = {
	OWN: Way(OPPORTUNITY, "name", "sales_engineer"),
	SUPPORTED: Way(OPPORTUNITY, "name", "application_engineer"),
	HELPED: Way(
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
	SHARED: Way("DocShare", "share_name", "user", conditions=SHARE),
	PUBLIC: Way("DocShare", "share_name", None, conditions=(*SHARE, (sql.equals, "everyone", 1))),
}


def select_names(way: Way, user: str) -> str:
	"""Return a query for the names of the records that the user sees in this way."""
	return _select(way, {"name": way.record}, [sql.equals(way.user, user)] if way.user else [])


def select_people(way: Way, name: str) -> str:
	"""Return a query for who sees a record in this way, who gave that to them, and since when."""
	columns = {"user": way.user or way.by, "by": way.by, "since": "creation"}
	return _select(way, columns, [sql.equals(way.record, name)])


def select_record(way: Way, name: str, user: str) -> str:
	"""Return a query that finds the record if the user sees it in this way."""
	own = [sql.equals(way.user, user)] if way.user else []
	return _select(way, {"name": way.record}, [sql.equals(way.record, name), *own])


def _select(way: Way, columns: dict[str, str], conditions: list[str]) -> str:
	return sql.select(way.doctype, columns, sql.all_of(filter(None, [*conditions, way.get_condition()])))
