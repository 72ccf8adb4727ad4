"""What the desk asks for: link search, calendar, number cards, charts."""

import frappe
from frappe import _

from crm_pipeline.access import search
from crm_pipeline.api.parse import read_limit, reads_arguments
from crm_pipeline.constants import HIDDEN
from crm_pipeline.dashboard import calendar, cards, charts, slices
from crm_pipeline.refusal import refuse


@frappe.whitelist()
@reads_arguments
def get_matches(
	doctype: str,
	txt: str,
	searchfield: str = "name",
	start: int = 0,
	page_length: int = search.PAGE,
	filters: dict | list | str | None = None,
	as_dict: bool = False,
	reference_doctype: str | None = None,
) -> list:
	"""Return the records that hold the text and that the user sees: rows of name, title and search fields.

	For the DocTypes under the visibility rule (standard_queries); who may read none of them finds none. The framework's
	wish to ignore User Permissions isn't taken: version 15 would ignore the rule along with them. As in its own search,
	`%` and `_` stand for other text.
	"""
	if doctype not in HIDDEN:
		refuse(_("{0} can't be searched here."), doctype)
	start = read_limit("start", max(start, 0))
	length = read_limit("page_length", max(page_length, 0)) or search.PAGE
	return search.find(doctype, txt.strip(), filters, start, length, as_dict, reference_doctype)


@frappe.whitelist()
@reads_arguments
def get_events(start: str, end: str, filters: str | list | None = None) -> list[dict]:
	"""Return the next contacts from `start` to before `end` of the open opportunities that the user sees.

	`filters` are those of the list. Each lasts half an hour. Whoever may read opportunities.
	"""
	return calendar.get_events(start, end, filters)


@frappe.whitelist()
@reads_arguments
def get_card(filters: str | dict) -> dict:
	"""Return the number of the card that `filters` names, and the list it opens. Whoever may read opportunities."""
	slices.require_reader()
	return cards.get_card(filters)


@frappe.whitelist()
@reads_arguments
def get_slices(chart_name: str) -> dict:
	"""Return a chart for the user who looks. Whoever may read opportunities."""
	slices.require_reader()
	return charts.get_chart(chart_name)
