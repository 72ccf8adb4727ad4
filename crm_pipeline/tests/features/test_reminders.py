"""One notification per next contact, on its day, by each person's own clock (docs/follow-up.md)."""

import unittest
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

import frappe
from dateutil.tz import gettz
from frappe.utils import add_days, now_datetime

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import reminding
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.connections import CommittedTestCase, Connection

KOLKATA, NEW_YORK, BERLIN = (gettz(name) for name in ("Asia/Kolkata", "America/New_York", "Europe/Berlin"))
NINE = timedelta(hours=9)


class TestDueTime(unittest.TestCase):
	def test_on_the_day_at_the_hour(self):
		contact = datetime(2000, 1, 10, 16)
		self.assertEqual(reminding.get_due_time(contact, KOLKATA, KOLKATA, NINE), datetime(2000, 1, 10, 9))

	def test_on_the_minute_whenever_the_contact_is(self):
		contact = datetime(2000, 1, 10, 16, 5, 33, 123456)
		self.assertEqual(reminding.get_due_time(contact, KOLKATA, KOLKATA, NINE), datetime(2000, 1, 10, 9))

	def test_an_earlier_contact_comes_first(self):
		contact = datetime(2000, 1, 10, 7, 30)
		self.assertEqual(reminding.get_due_time(contact, KOLKATA, KOLKATA, NINE), contact)

	def test_day_and_hour_are_those_of_the_person(self):
		"""Five in the morning in Kolkata is half past six the evening before in New York."""
		contact = datetime(2000, 1, 10, 5)
		due = reminding.get_due_time(contact, KOLKATA, NEW_YORK, NINE)
		self.assertEqual(due, datetime(2000, 1, 9, 19, 30))
		self.assertEqual(reminding.get_local_time(due, KOLKATA, NEW_YORK), datetime(2000, 1, 9, 9))

	def test_the_hour_stays_when_clocks_change(self):
		for contact in (datetime(2021, 3, 28, 20), datetime(2021, 10, 31, 20)):
			due = reminding.get_due_time(contact, BERLIN, BERLIN, NINE)
			self.assertEqual(due, contact.replace(hour=9))
			self.assertLess(contact - due, reminding.LONGEST_LEAD)

	def test_it_is_never_sooner_than_the_longest_lead(self):
		late = datetime(2021, 10, 31, 23, 59)
		self.assertLessEqual(
			late - reminding.get_due_time(late, BERLIN, BERLIN, timedelta(0)), reminding.LONGEST_LEAD
		)


def get_contact_time():
	"""Return the day after tomorrow, four in the afternoon."""
	return add_days(now_datetime(), 2).replace(hour=16, minute=0, second=0, microsecond=0)


def get_bells(name: str, user: str = personas.ENGINEER) -> int:
	return frappe.db.count("Notification Log", {"document_name": name, "for_user": user})


def get_emails() -> list[str]:
	"""Return whom e-mails to one of the cast are queued for."""
	filters = {"recipient": ("in", list(personas.ROLES))}
	return frappe.get_all("Email Queue Recipient", filters=filters, pluck="recipient")


@contextmanager
def outgoing_account():
	"""Have an Email Account that would send, if somebody flushed the queue."""
	account = frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": "Reminders",
			"email_id": "reminders@example.com",
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "localhost",
			"no_smtp_authentication": 1,
		}
	)
	account.db_insert()  # its controller asks the mail server
	frappe.local.outgoing_email_account = {}
	try:
		yield
	finally:
		frappe.local.outgoing_email_account = {}


@site_only("the bell's settings, and the e-mail queue")
class TestReminders(PipelineTestCase):
	def setUp(self):
		super().setUp()
		settings = {"reminder_time": "09:00:00"}
		frappe.db.set_single_value("Pipeline Settings", settings, update_modified=False)
		frappe.clear_document_cache("Pipeline Settings", "Pipeline Settings")
		self.contact_at = get_contact_time()
		self.doc = factories.make_opportunity(next_contact_date=self.contact_at, title="Pumps & < 5 bar")
		frappe.set_user("Administrator")
		self.enterContext(patch.object(frappe.db, "commit"))
		self.enterContext(outgoing_account())

	def enterContext(self, context):
		"""As unittest of Python 3.11 has it."""
		result = context.__enter__()
		self.addCleanup(context.__exit__, None, None, None)
		return result

	def send(self, hour: int, minute: int = 0, days: int = 0) -> int:
		"""Run the job at an hour of the contact's day (or some days later)."""
		from crm_pipeline.next_contact import reminders

		return reminders.send_due(add_days(self.contact_at, days).replace(hour=hour, minute=minute))

	def set_notifications(self, **switches) -> None:
		settings = frappe.get_doc({"doctype": "Notification Settings", "user": personas.ENGINEER, **switches})
		settings.name = personas.ENGINEER
		settings.db_insert()
		frappe.db.value_cache.clear()

	def test_once_by_bell_and_mail_at_the_hour(self):
		self.assertEqual(self.send(8, 59), 0)
		self.assertEqual(self.send(9), 1)
		self.assertEqual([self.send(9), self.send(16), self.send(9, days=1)], [0, 0, 0])
		self.assertEqual(get_bells(self.doc.name), 1)
		self.assertEqual(get_emails(), [personas.ENGINEER])

	def test_what_it_says(self):
		self.send(9)
		bell = frappe.get_last_doc("Notification Log", {"document_name": self.doc.name})
		self.assertIn("Next contact: Pumps &amp; &lt; 5 bar", bell.subject)
		self.assertIn("16:00", bell.subject)
		queue = frappe.get_doc("Email Queue", frappe.get_last_doc("Email Queue Recipient").parent)
		self.assertIn("Next contact: Pumps", queue.message)
		self.assertFalse(queue.reference_name, "an answer to it would look like one to the customer")

	def test_whoever_wants_no_mail_gets_none(self):
		self.set_notifications(enabled=1, enable_email_notifications=1, enable_email_event_reminders=0)
		self.send(9)
		self.assertEqual((get_bells(self.doc.name), get_emails()), (1, []))

	def test_whoever_wants_no_bell_gets_none(self):
		self.set_notifications(enabled=0, enable_email_notifications=1, enable_email_event_reminders=1)
		self.send(9)
		self.assertEqual((get_bells(self.doc.name), get_emails()), (0, [personas.ENGINEER]))

	def test_without_an_outgoing_account_the_bell_has_to_do(self):
		frappe.db.delete("Email Account", {"enable_outgoing": 1})
		frappe.local.outgoing_email_account = {}
		self.assertEqual(self.send(9), 1)
		self.assertEqual((get_bells(self.doc.name), get_emails()), (1, []))

	def test_the_hour_is_a_setting(self):
		frappe.db.set_single_value("Pipeline Settings", "reminder_time", "06:30:00", update_modified=False)
		frappe.clear_document_cache("Pipeline Settings", "Pipeline Settings")
		self.assertEqual([self.send(6, 29), self.send(6, 30)], [0, 1])

	def test_the_hour_is_that_of_the_persons_clock(self):
		"""New York is at least nine hours behind; its nine o'clock is the afternoon's four or later here."""
		frappe.db.set_value("User", personas.ENGINEER, "time_zone", "America/New_York")
		frappe.clear_document_cache("User", personas.ENGINEER)
		with patch("frappe.db.get_single_value", return_value="Asia/Kolkata"):
			self.contact_at = self.contact_at.replace(hour=22)
			doc = frappe.get_doc(OPPORTUNITY, self.doc.name)
			doc.update({"next_contact_date": self.contact_at}).save()
			self.assertEqual(self.send(17), 0)
			self.assertEqual(self.send(20), 1)

	def test_a_new_date_is_notified_anew(self):
		self.send(9)
		self.contact_at = add_days(self.contact_at, 1)
		frappe.get_doc(OPPORTUNITY, self.doc.name).update({"next_contact_date": self.contact_at}).save()
		self.assertEqual([self.send(8), self.send(9), self.send(10)], [0, 1, 0])
		self.assertEqual(get_bells(self.doc.name), 2)

	def test_a_form_that_was_open_meanwhile_notifies_nobody_again(self):
		form = frappe.get_doc(OPPORTUNITY, self.doc.name)
		self.send(9)
		form.update({"next_step": "Call"}).save()
		self.assertEqual(self.send(10), 0)

	def test_what_a_stopped_scheduler_missed_comes_late_but_not_for_ever(self):
		self.assertEqual(self.send(9, days=20), 0)
		self.assertEqual(self.send(9, days=6), 1)

	def test_closed_records_and_moved_dates_are_quiet(self):
		moved = factories.make_opportunity(
			next_contact_date=self.contact_at, sales_engineer=personas.ENGINEER
		)
		moved.update({"next_contact_date": add_days(self.contact_at, 5)}).save()
		api.mark_lost(self.doc.name, [personas.REASON])
		self.assertEqual(self.send(9), 0)

	def test_the_sales_engineer_hears_of_it_when_the_person_no_longer_can(self):
		values = {"next_contact_date": self.contact_at, "sales_engineer": personas.OTHER_ENGINEER}
		doc = factories.make_opportunity(**values, next_contact_by=personas.MANAGER)
		frappe.db.set_value("User", personas.MANAGER, "enabled", 0)
		self.assertEqual(self.send(9), 2)
		self.assertEqual(
			(get_bells(doc.name, personas.MANAGER), get_bells(doc.name, personas.OTHER_ENGINEER)), (0, 1)
		)

	def test_with_nobody_to_tell_it_waits(self):
		frappe.db.set_value("User", personas.ENGINEER, "enabled", 0)
		self.assertEqual(self.send(9), 0)
		frappe.db.set_value("User", personas.ENGINEER, "enabled", 1)
		self.assertEqual(self.send(10), 1)


@site_only("two connections")
class TestRemindersAtOnce(CommittedTestCase):
	def setUp(self):
		super().setUp()
		at = now_datetime() + timedelta(minutes=10)
		self.names = [factories.make_opportunity(next_contact_date=at).name for _number in range(4)]
		frappe.db.commit()
		self.now = at + timedelta(hours=1)

	def test_two_runs_at_once_tell_nobody_twice(self):
		runs = [Connection("Administrator", send_due, self.now) for _number in range(2)]
		self.assertEqual(sum(run.wait() for run in runs), 4)
		frappe.db.rollback()
		self.assertEqual([get_bells(name) for name in self.names], [1, 1, 1, 1])

	def test_one_that_fails_is_logged_and_the_others_are_told(self):
		bad = self.names[1]
		self.addCleanup(frappe.db.delete, "Error Log", {"method": ("like", f"%{bad}%")})
		self.assertEqual(Connection("Administrator", send_due, self.now, bad).wait(), 3)
		frappe.db.rollback()
		self.assertEqual([get_bells(name) for name in self.names], [1, 0, 1, 1])
		self.assertTrue(frappe.db.exists("Error Log", {"method": ("like", f"%{bad}%")}))
		self.assertEqual(Connection("Administrator", send_due, self.now).wait(), 1)


def send_due(now: datetime, bad: str | None = None) -> int:
	"""Run the job; the notification of one record fails halfway."""
	from crm_pipeline.next_contact import reminders
	from crm_pipeline.notices import notice

	ring = notice.tell_by_bell

	def fail(users, subject, document):
		ring(users, subject, document)
		if document[1] == bad:
			raise ValueError("the line was cut")

	with patch.object(notice, "tell_by_bell", fail):
		return reminders.send_due(now)
