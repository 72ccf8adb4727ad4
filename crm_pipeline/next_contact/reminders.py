"""One notification per next contact, on its day: by bell, and by e-mail if the person gets those.

A Notification document of the framework knows neither the hour nor the person's time zone, so this is a job of our
own. It runs every quarter of an hour. The mark `next_contact_notified_on` and the notification are written in one
transaction per record, with the record locked: killed or run twice, it tells nobody twice. A new date clears the mark.
"""

from datetime import datetime, timedelta, tzinfo

import frappe
from dateutil.tz import gettz
from frappe import _
from frappe.utils import escape_html, format_datetime, get_url_to_form, now_datetime

from crm_pipeline.constants import OPPORTUNITY, SETTINGS
from crm_pipeline.domain import lifecycle, reminding, working_time
from crm_pipeline.notices import notice
from crm_pipeline.record import transactions

FIELDS = ["name", "title", "status", "sales_engineer", "next_step"]
CONTACT_FIELDS = ["next_contact_date", "next_contact_by", "next_contact_notified_on"]
OLDEST = timedelta(days=7)  # what a stopped scheduler left lying longer than this is found in the list
DEFAULT_HOUR = timedelta(hours=9)
EMAIL_SWITCH = "Event Reminders"  # in a user's Notification Settings


def send_due(now: datetime | None = None) -> int:
	"""Notify of every contact that is due and return how many. `now` is in the site's time."""
	now = now or now_datetime()
	count = 0
	for name in _get_due_names(now):
		try:
			count += transactions.run_alone(_notify_once, name, now)
		except Exception:  # reason: one bad record must not keep the others waiting; it is logged
			frappe.log_error(_("Reminder of {0} failed").format(name))
	return count


def get_due_time(contact_at: datetime, user: str | None) -> datetime:
	"""Return when a person is reminded of a contact, in the site's time."""
	hour = working_time.parse_time(frappe.get_cached_doc(SETTINGS).reminder_time)
	hour = DEFAULT_HOUR if hour is None else hour
	return reminding.get_due_time(contact_at, get_site_zone(), get_zone(user), hour)


def get_zone(user: str | None) -> tzinfo:
	name = user and frappe.get_cached_value("User", user, "time_zone")
	return (name and gettz(name)) or get_site_zone()


def get_site_zone() -> tzinfo:
	return gettz(frappe.db.get_single_value("System Settings", "time_zone") or "UTC")


def _get_due_names(now: datetime) -> list[str]:
	"""Find what may be due by the index on the date, then ask each person's clock."""
	record = frappe.qb.DocType(OPPORTUNITY)
	rows = (
		frappe.qb.from_(record)
		.select(record.name, record.next_contact_date, record.next_contact_by)
		.where(record.next_contact_date > now - OLDEST)
		.where(record.next_contact_date <= now + reminding.LONGEST_LEAD)
		.where(record.next_contact_notified_on.isnull())
		.where(record.status.isin(lifecycle.get_open_statuses()))
		.orderby(record.next_contact_date)
		.run(as_dict=True)
	)
	return [row.name for row in rows if get_due_time(row.next_contact_date, row.next_contact_by) <= now]


def _notify_once(name: str, now: datetime) -> bool:
	"""Lock the record, look again, notify and mark it. Nobody to notify leaves it for the next run."""
	fields = FIELDS + CONTACT_FIELDS
	record = frappe.db.get_value(OPPORTUNITY, name, fields, as_dict=True, order_by=None, for_update=True)
	if not record or not record.next_contact_date or record.next_contact_notified_on:
		return False
	is_due = get_due_time(record.next_contact_date, record.next_contact_by) <= now
	user = _get_recipient(record) if is_due and record.status in lifecycle.get_open_statuses() else None
	if not user:
		return False
	_notify(record, user)
	frappe.db.set_value(OPPORTUNITY, name, "next_contact_notified_on", now, update_modified=False)
	return True


def _get_recipient(record) -> str | None:
	"""Return who makes the contact, or the sales engineer in their place if they can't any more."""
	for user in (record.next_contact_by, record.sales_engineer):
		is_enabled = user and frappe.db.get_value("User", user, "enabled")
		if is_enabled and frappe.has_permission(OPPORTUNITY, "read", doc=record.name, user=user):
			return user
	return None


def _notify(record, user: str) -> None:
	language = frappe.db.get_value("User", user, "language")
	at = format_datetime(reminding.get_local_time(record.next_contact_date, get_site_zone(), get_zone(user)))
	subject = _("Next contact: {0}, {1}", language).format(record.title, at)
	content = {
		"body_content": escape_html(subject),
		"description": escape_html(record.next_step or ""),
		"document_type": _(OPPORTUNITY),
		"document_name": record.name,
		"doc_link": get_url_to_form(OPPORTUNITY, record.name),
	}
	notice.tell(
		user,
		escape_html(subject),
		(OPPORTUNITY, record.name),
		email_type=EMAIL_SWITCH,
		template="new_notification",
		args=content,
	)
