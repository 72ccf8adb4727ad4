"""By what a report groups its rows: a field of the opportunity, or the month or quarter of a date."""

from dataclasses import dataclass
from datetime import date

import frappe
from frappe import _, _lt
from pypika.queries import QueryBuilder

from crm_pipeline.domain import periods
from crm_pipeline.reporting.filters import Filters
from crm_pipeline.reporting.visible import get_table
from crm_pipeline.sql import Month, Year, group_by_text

FIELDS = {
	"Sales Engineer": "sales_engineer",
	"Region": "region",
	"Product Line": "product_line",
	"Business Unit": "business_unit",
	"Source": "source",
	"Opportunity Type": "opportunity_type",
}
# what is grouped by → what a person is shown
LABELS = {
	"Sales Engineer": _lt("Sales Engineer"),
	"Region": _lt("Region"),
	"Product Line": _lt("Product Line"),
	"Business Unit": _lt("Business Unit"),
	"Source": _lt("Source"),
	"Opportunity Type": _lt("Opportunity Type"),
	"Month": _lt("Month"),
	"Quarter": _lt("Quarter"),
}


@dataclass(frozen=True)
class Grouping:
	"""How rows are grouped: `by` names a field or a length of time, `date_field` dates the opportunity."""

	by: str
	date_field: str

	@property
	def label(self) -> str:
		return str(LABELS[self.by])

	@property
	def is_time(self) -> bool:
		return self.by in periods.GRAINS

	def apply(self, query: QueryBuilder) -> QueryBuilder:
		"""Let the first one or two columns of the query be what is grouped by."""
		table = get_table()
		if not self.is_time:
			return group_by_text(query, table[FIELDS[self.by]])
		moment = table[self.date_field]
		return query.select(Year(moment), Month(moment)).groupby(Year(moment), Month(moment))

	def split(self, row: tuple) -> tuple:
		"""Return what a row of the query is grouped by, and the rest of the row."""
		if self.is_time:
			return periods.GRAINS[self.by](row[0], row[1]), row[2:]
		return row[0] or "", row[1:]

	def get_labels(self, keys: list) -> dict:
		"""Return what stands in the first column for each key."""
		if self.is_time:
			return {key: key.label for key in keys}
		labels = get_user_names(keys) if FIELDS[self.by] == "sales_engineer" else {}
		return {key: labels.get(key) or key or _("Not set") for key in keys}

	def get_slice(self, key, filters: Filters) -> dict:
		"""Return the list filters of a row."""
		if self.is_time:
			return between(self.date_field, *key.clip(filters.from_date, filters.to_date)[1:])
		return {FIELDS[self.by]: key or ["is", "not set"]}


def get_user_names(users: list[str]) -> dict[str, str]:
	"""Return full names; namesakes are told apart by their e-mail."""
	rows = frappe.get_all(
		"User", filters={"name": ("in", [user for user in users if user])}, fields=["name", "full_name"]
	)
	names = [row.full_name for row in rows]
	return {
		row.name: row.full_name if names.count(row.full_name) == 1 else f"{row.full_name} ({row.name})"
		for row in rows
	}


def between(fieldname: str, from_date: date, to_date: date) -> dict:
	"""Return the list filter for a period, both days included."""
	return {fieldname: ["Between", [from_date.isoformat(), to_date.isoformat()]]}
