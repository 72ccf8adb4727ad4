"""The calendar of next contacts."""

import frappe
from frappe import _
from frappe.utils import add_to_date, now

from crm_pipeline.access.filters import read_filters
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.dashboard import slices
from crm_pipeline.record.input_values import read_moment
from crm_pipeline.refusal import refuse

MOST_EVENTS = 1000
MINUTES = 30


def get_events(start: str, end: str, filters: str | list | None = None) -> list[dict]:
	"""Return the next contacts from `start` to before `end` of the open opportunities that the user sees.

	`filters` are those of the list. Each lasts half an hour.
	"""
	first, last = _read_moment(start), _read_moment(end)
	if last < first:
		refuse(_("{0} is before {1}. Swap the two."), end, start)
	rows = frappe.get_list(
		OPPORTUNITY,
		fields=["name", "title", "status", "next_contact_date", "next_contact_by"],
		filters=[
			*read_filters(filters, OPPORTUNITY),
			*slices.to_list(slices.OPEN),
			[OPPORTUNITY, "next_contact_date", ">=", first],
			[OPPORTUNITY, "next_contact_date", "<", last],
		],
		order_by="next_contact_date",
		limit_page_length=MOST_EVENTS,
	)
	if len(rows) == MOST_EVENTS:
		frappe.msgprint(_("Only the first {0} are shown. Set a filter.").format(MOST_EVENTS), alert=True)
	for row in rows:
		row.next_contact_end = add_to_date(row.next_contact_date, minutes=MINUTES)
	return rows


def _read_moment(text: str):
	if not (moment := read_moment(text)):
		refuse(_("“{0}” is no moment. Enter one like {1}."), text, now()[:19])
	return moment
