"""The calendar of next contacts."""

import frappe
from frappe import _
from frappe.utils import add_to_date, get_datetime, now

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.dashboard import slices
from crm_pipeline.refusal import refuse

MOST_EVENTS = 1000
MINUTES = 30


def get_events(start: str, end: str, filters: str | list | None = None) -> list[dict]:
	"""Return the next contacts from `start` to before `end` of the open opportunities that the user sees.

	`filters` are those of the list. Each lasts half an hour.
	"""
	rows = frappe.get_list(
		OPPORTUNITY,
		fields=["name", "title", "status", "next_contact_date", "next_contact_by"],
		filters=[
			*slices.read_json(filters, [[OPPORTUNITY, "status", "=", "Open"]]),
			*slices.to_list(slices.OPEN),
			[OPPORTUNITY, "next_contact_date", ">=", _read_moment(start)],
			[OPPORTUNITY, "next_contact_date", "<", _read_moment(end)],
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
	try:
		return get_datetime(text)
	except (ValueError, OverflowError, frappe.ValidationError):
		refuse(_("{0} is no moment. Enter one like {1}."), text, now()[:19])
