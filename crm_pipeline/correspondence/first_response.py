"""Minutes to first response: from opening to the first e-mail that a person sent, once and for all.

Calendar minutes, and working minutes by the company's holiday list and the working hours of the settings. A company
without holiday list works every day. Nothing is stamped for an e-mail before the opening or after the closing.
"""

from datetime import datetime

import frappe
from frappe.utils import get_datetime, getdate

from crm_pipeline.constants import SETTINGS
from crm_pipeline.domain import working_time
from crm_pipeline.domain.working_time import Calendar


def get_stamps(record, responded_on: datetime) -> dict:
	"""Return the fields that a first response fills; `record` has `opened_on` and `company`.

	The minutes are text: an unanswered record has none, which is not 0.
	"""
	opened_on = get_datetime(record.opened_on)
	minutes = working_time.get_working_minutes(opened_on, responded_on, get_calendar(record.company))
	return {
		"first_responded_on": responded_on,
		"mins_to_first_response": str(working_time.get_minutes(opened_on, responded_on)),
		"working_mins_to_first_response": str(minutes),
	}


def get_calendar(company: str) -> Calendar:
	"""Return when a company works."""
	settings = frappe.get_cached_doc(SETTINGS)
	holiday_list = frappe.get_cached_value("Company", company, "default_holiday_list")
	holidays = frappe.get_cached_doc("Holiday List", holiday_list).holidays if holiday_list else ()
	opens = working_time.parse_time(settings.working_hours_from) or Calendar.opens
	closes = working_time.parse_time(settings.working_hours_to) or Calendar.closes
	return Calendar(opens, closes, frozenset(getdate(row.holiday_date) for row in holidays))
