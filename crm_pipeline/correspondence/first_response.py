"""Minutes to first response: from opening to the first e-mail that a person sent, once and for all.

Calendar minutes, and working minutes by the company's holiday list and the working hours of the settings. A company
without holiday list works every day; where its list has run out, the weekly days off go on. Nothing is stamped for an
e-mail before the opening or after the closing.
"""

from datetime import datetime

import frappe
from frappe.utils import cint, getdate

from crm_pipeline.constants import SETTINGS
from crm_pipeline.domain import working_time
from crm_pipeline.domain.working_time import Calendar
from crm_pipeline.record import clock


def get_stamps(record, responded_on: datetime) -> dict:
	"""Return the fields that a first response fills; `record` has `opened_on`, `opened_utc` and `company`.

	The minutes are text: an unanswered record has none, which is not 0.
	"""
	opened = record.opened_utc or clock.get_stamp(record.opened_on)
	responded = clock.get_stamp(responded_on)
	calendar = get_calendar(record.company)
	minutes = working_time.get_working_minutes(opened, responded, calendar, clock.get_zone())
	return {
		"first_responded_on": responded_on,
		"mins_to_first_response": str(working_time.get_minutes(opened, responded)),
		"working_mins_to_first_response": str(minutes),
	}


def get_calendar(company: str) -> Calendar:
	"""Return when a company works."""
	settings = frappe.get_cached_doc(SETTINGS)
	opens = working_time.parse_time(settings.working_hours_from) or Calendar.opens
	closes = working_time.parse_time(settings.working_hours_to) or Calendar.closes
	holiday_list = get_holiday_list(company)
	if not holiday_list:
		return Calendar(opens, closes)
	days = {getdate(row.holiday_date): cint(row.weekly_off) for row in holiday_list.holidays}
	weekdays_off = frozenset(day.weekday() for day, is_weekly in days.items() if is_weekly)
	known = (getdate(holiday_list.from_date), getdate(holiday_list.to_date))
	return Calendar(opens, closes, frozenset(days), weekdays_off, *known)


def get_holiday_list(company: str):
	name = frappe.get_cached_value("Company", company, "default_holiday_list")
	return frappe.get_cached_doc("Holiday List", name) if name else None
