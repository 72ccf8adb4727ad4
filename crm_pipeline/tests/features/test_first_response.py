"""Minutes to first response, stamped once by the first e-mail that a person sends (docs/follow-up.md)."""

import unittest
from datetime import date, datetime, timedelta, timezone
from unittest.mock import patch

import frappe
from click.testing import CliRunner
from dateutil import tz
from frappe.desk import query_report
from frappe.utils import add_days, getdate

from crm_pipeline import commands, install, tasks
from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.correspondence import fill_first_response
from crm_pipeline.domain import clock, working_time
from crm_pipeline.domain.working_time import Calendar, get_working_minutes
from crm_pipeline.exceptions import InputError
from crm_pipeline.tests import doors, factories, mails, personas
from crm_pipeline.tests.base import PipelineTestCase, forget_cached_documents, site_only
from crm_pipeline.tests.clocks import backdate
from crm_pipeline.tests.reports import FIRST_RESPONSE
from crm_pipeline.tests.users import as_user

FIELDS = ["first_responded_on", "mins_to_first_response", "working_mins_to_first_response"]
MONDAY = datetime(2000, 1, 3)
OFFICE = Calendar(timedelta(hours=9), timedelta(hours=18), {datetime(2000, 1, 4).date()})


def at(day: int, hour: int, minute: int = 0) -> datetime:
	return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


def get_minutes(start: datetime, end: datetime, calendar: Calendar, zone=timezone.utc) -> int:
	now = clock.get_stamp(datetime(2030, 1, 1), zone, 0)
	stamps = (clock.get_stamp(moment, zone, now) for moment in (start, end))
	return get_working_minutes(*stamps, calendar, zone)


class TestWorkingTime(unittest.TestCase):
	def test_minutes_within_hours_and_outside_holidays(self):
		for start, end, minutes in (
			(at(0, 10), at(0, 10, 30), 30),
			(at(0, 7), at(0, 9), 0),
			(at(0, 7), at(0, 9, 5), 5),
			(at(0, 17), at(0, 23), 60),
			(at(0, 20), at(0, 22), 0),
			(at(0, 17), at(1, 12), 60),
			(at(1, 10), at(1, 12), 0),
			(at(0, 17), at(2, 10), 120),
			(at(0, 0), at(7, 0), 6 * 540),
			(at(0, 11), at(0, 10), 0),
		):
			with self.subTest(f"{start} to {end}"):
				self.assertEqual(get_minutes(start, end, OFFICE), minutes)

	def test_full_minutes_count(self):
		end = at(0, 10) + timedelta(seconds=119)
		self.assertEqual(get_minutes(at(0, 10), end, OFFICE), 1)
		self.assertEqual(working_time.get_minutes(0, 119), 1)

	def test_without_hours_or_holidays_every_minute_is_a_working_minute(self):
		self.assertEqual(get_minutes(at(0, 22), at(1, 2), Calendar()), 240)

	def test_an_hour_that_is_lost_or_won_by_a_clock_change(self):
		berlin = tz.gettz("Europe/Berlin")
		whole_day, nights = Calendar(), Calendar(closes=timedelta(hours=6))
		for day, hours, night in ((26, 23, 5), (27, 24, 6)):
			start = datetime(2000, 3, day)
			end = start + timedelta(days=1)
			self.assertEqual(get_minutes(start, end, whole_day, berlin), hours * 60)
			self.assertEqual(get_minutes(start, end, nights, berlin), night * 60)
		start, end = datetime(2000, 10, 29), datetime(2000, 10, 30)
		self.assertEqual(get_minutes(start, end, whole_day, berlin), 25 * 60)

	def test_a_holiday_list_that_has_run_out_keeps_its_weekly_days_off(self):
		sunday, monday = date(2000, 1, 2), date(2000, 1, 3)
		known = {"known_from": date(2000, 1, 1), "known_to": date(2000, 1, 31)}
		calendar = Calendar(holidays={sunday, monday}, weekdays_off={sunday.weekday()}, **known)
		for day, is_off in (
			(sunday, True),
			(monday, True),
			(date(2000, 1, 9), False),  # in the list's time the list decides
			(date(2000, 2, 6), True),
			(date(2000, 2, 7), False),
			(date(1999, 12, 26), True),
			(date(1999, 12, 27), False),
		):
			with self.subTest(day):
				self.assertEqual(calendar.is_day_off(day), is_off)

	def test_times_of_day_in_every_form(self):
		nine = timedelta(hours=9, minutes=30)
		for value in (nine, (datetime.min + nine).time(), "09:30:00", "9:30", "09:30:00.000000"):
			self.assertEqual(working_time.parse_time(value), nine)
		self.assertEqual(working_time.parse_time("9:30:15"), nine + timedelta(seconds=15))
		self.assertIsNone(working_time.parse_time(None))
		self.assertIsNone(working_time.parse_time(""))


class FirstResponseTestCase(PipelineTestCase):
	def open(self, ago: dict | None = None, **overrides):
		"""Insert an opportunity that was opened some time ago, two days by default."""
		doc = factories.make_opportunity(**overrides)
		backdate(doc.name, opened_on=mails.ago(**(ago or {"days": 2})))
		return doc.reload()

	def get_stamps(self, name: str) -> list:
		return [frappe.db.get_value(OPPORTUNITY, name, fieldname) for fieldname in FIELDS]

	def get_minutes(self, name: str) -> str | None:
		return frappe.db.get_value(OPPORTUNITY, name, "mins_to_first_response")

	def assertUnanswered(self, name: str) -> None:
		self.assertFalse(any(self.get_stamps(name)), self.get_stamps(name))


class TestStamp(FirstResponseTestCase):
	def test_the_first_mail_that_one_of_us_sends(self):
		doc = self.open()
		responded_on = doc.opened_on + timedelta(minutes=90, seconds=30)
		mails.send(doc.name, communication_date=responded_on)
		self.assertEqual(self.get_stamps(doc.name)[:2], [responded_on, "90"])

	def test_it_is_never_overwritten(self):
		doc = self.open()
		mails.send(doc.name, communication_date=mails.ago(hours=3))
		stamps = self.get_stamps(doc.name)
		for hours in (1, 5):
			mails.send(doc.name, communication_date=mails.ago(hours=hours))
		self.assertEqual(self.get_stamps(doc.name), stamps)

	def test_an_answer_within_a_minute_is_0_and_no_answer_is_empty(self):
		doc = self.open({"minutes": 5})
		self.assertUnanswered(doc.name)
		mails.send(doc.name, communication_date=doc.opened_on)
		self.assertEqual(self.get_minutes(doc.name), "0")

	def test_what_is_no_answer_by_a_person(self):
		doc = self.open()
		mails.receive(doc.name)
		mails.send(doc.name, communication_type="Automated Message")
		mails.send(doc.name, communication_medium="Phone")
		mails.send(doc.name, subject="Automatic reply: Pump")
		mails.send(doc.name, communication_date=mails.ago(days=3))
		self.assertUnanswered(doc.name)

	def test_an_answer_pulled_from_the_inbox(self):
		doc = self.open()
		mails.receive(doc.name, personas.ENGINEER)
		self.assertTrue(self.get_minutes(doc.name))

	def test_a_mail_of_someone_who_has_left_counts_only_if_it_went_out_from_here(self):
		factories.make_user("left.engineer@example.com", "Sales User", enabled=0)
		doc = self.open()
		mails.receive(doc.name, "left.engineer@example.com")
		self.assertUnanswered(doc.name)
		mails.send(doc.name, "left.engineer@example.com")
		self.assertTrue(self.get_minutes(doc.name))

	def test_an_answer_that_is_pulled_after_the_closing(self):
		doc = self.open()
		doc.update({"status": "Lost", "lost_reasons": [{"lost_reason": personas.REASON}]}).save()
		mails.send(doc.name, communication_date=mails.ago(hours=3))
		self.assertTrue(self.get_minutes(doc.name))

	def test_reopening_keeps_it(self):
		doc = self.open()
		mails.send(doc.name, communication_date=mails.ago(hours=3))
		stamps = self.get_stamps(doc.name)
		api.mark_lost(doc.name, [personas.REASON])
		api.reopen(doc.name, "They called again")
		self.assertEqual(self.get_stamps(doc.name), stamps)

	def test_posting_a_communication(self):
		doc = self.open()
		values = {"subject": "Answer", "communication_medium": "Email", "content": "Yes", "status": "Linked"}
		reference = {"reference_doctype": OPPORTUNITY, "reference_name": doc.name}
		with as_user(personas.ORG_ADMIN):
			doors.call_rest(
				"POST", "/api/resource/Communication", **values, **reference, sent_or_received="Sent"
			)
		self.assertTrue(self.get_minutes(doc.name))

	@site_only("the form's e-mail dialog")
	def test_the_forms_of_the_opportunity_and_its_quotation(self):
		from frappe.core.doctype.communication.email import make

		for doctype in (OPPORTUNITY, "Quotation"):
			doc = self.open()
			quotation = factories.make_quotation(pipeline_opportunity=doc.name).name
			with as_user(personas.ENGINEER):
				name = doc.name if doctype == OPPORTUNITY else quotation
				make(doctype, name, "Here it is", "Offer", recipients=mails.CUSTOMER_ADDRESS)
			self.assertTrue(self.get_minutes(doc.name), doctype)

	@site_only("the framework's notifications")
	def test_a_notification_of_the_site_is_no_answer(self):
		doc = self.open()
		notification = frappe.get_doc(
			{
				"doctype": "Notification",
				"name": "Tell the customer",
				"subject": "Received",
				"message": "Thank you",
				"document_type": OPPORTUNITY,
				"event": "Save",
				"channel": "Email",
				"recipients": [{"receiver_by_document_field": "contact_email"}],
			}
		)
		doc.contact_email = mails.CUSTOMER_ADDRESS
		with patch.object(frappe, "sendmail"):
			notification.send_an_email(doc, {"doc": doc})
		mail = {"reference_name": doc.name, "communication_type": "Automated Message"}
		self.assertTrue(frappe.db.exists("Communication", mail))
		self.assertUnanswered(doc.name)


class TestWorkingHours(FirstResponseTestCase):
	def setUp(self):
		super().setUp()
		with as_user("Administrator"):
			install.set_default_settings()

	def test_an_untouched_site_works_from_nine_to_six_and_reminds_at_nine(self):
		settings = frappe.get_doc("Pipeline Settings")
		fieldnames = ("working_hours_from", "working_hours_to", "reminder_time")
		hours = [working_time.parse_time(settings.get(fieldname)) for fieldname in fieldnames]
		self.assertEqual(hours, [timedelta(hours=number) for number in (9, 18, 9)])

	def test_the_companys_holidays_and_the_hours_of_the_settings(self):
		days_ago = [add_days(getdate(), -number) for number in range(8)]
		holidays = [{"holiday_date": days_ago[6], "description": "Founder's day"}]
		values = {"from_date": days_ago[7], "to_date": days_ago[1], "holidays": holidays}
		factories.make("Holiday List", holiday_list_name="Cast holidays", **values)
		frappe.db.set_value("Company", personas.COMPANY, "default_holiday_list", "Cast holidays")
		forget_cached_documents()
		self.addCleanup(frappe.clear_document_cache, "Company", personas.COMPANY)
		doc = self.open()
		opened_on = datetime.combine(days_ago[7], datetime.min.time()) + timedelta(hours=17)
		backdate(doc.name, opened_on=opened_on)
		mails.send(doc.name, communication_date=opened_on + timedelta(days=1, hours=17))
		self.assertEqual(self.get_stamps(doc.name)[1:], [str(41 * 60), str(2 * 60)])

	def test_managers_are_told_once_of_a_list_that_has_run_out(self):
		values = {"from_date": add_days(getdate(), -30), "to_date": add_days(getdate(), -1)}
		factories.make("Holiday List", holiday_list_name="Cast old holidays", holidays=[], **values)
		frappe.db.set_value("Company", personas.COMPANY, "default_holiday_list", "Cast old holidays")
		forget_cached_documents()
		self.addCleanup(frappe.clear_document_cache, "Company", personas.COMPANY)
		factories.make_opportunity()
		for _day in range(2):
			tasks.tell_of_ended_holidays()
		filters = {"for_user": personas.MANAGER, "document_name": "Cast old holidays"}
		told = frappe.get_all("Notification Log", filters=filters, pluck="subject")
		self.assertEqual(len(told), 1)
		self.assertIn("The holiday list Cast old holidays ended on", told[0])
		report = query_report.run(FIRST_RESPONSE, {"company": personas.COMPANY})
		self.assertIn("Cast old holidays ended on", report["message"])

	def test_hours_that_end_before_they_begin_are_refused(self):
		settings = frappe.get_doc("Pipeline Settings")
		settings.update({"working_hours_from": "18:00:00", "working_hours_to": "09:00:00"})
		with (
			as_user("Administrator"),
			self.assertRefused(InputError, "Working Hours To is 9:00:00, which is not after 18:00:00"),
		):
			settings.save()


class TestFilling(FirstResponseTestCase):
	def put(self, name: str, doctype: str = OPPORTUNITY, **values) -> None:
		"""A mail that was there before the app."""
		with patch("crm_pipeline.correspondence.waiting.follow"):
			mails.send(name, doctype=doctype, **values)

	def fill(self) -> int:
		with patch.object(frappe.db, "commit"):
			return fill_first_response.run()

	def test_the_earliest_answer_counts(self):
		doc, silent = self.open(), self.open()
		for hours in (5, 7, 6):
			self.put(doc.name, communication_date=mails.ago(hours=hours))
		self.put(doc.name, communication_date=mails.ago(days=3))
		self.put(doc.name, communication_date=mails.ago(hours=9), communication_type="Automated Message")
		self.put(silent.name, sender=mails.CUSTOMER_ADDRESS)
		self.fill()
		minutes = (self.get_stamps(doc.name)[0] - doc.opened_on) // timedelta(minutes=1)
		self.assertEqual(self.get_minutes(doc.name), str(minutes))
		self.assertAlmostEqual(minutes, 41 * 60, delta=1)
		self.assertUnanswered(silent.name)

	def test_again_and_after_a_break_nothing_changes(self):
		docs = [self.open() for _number in range(3)]
		for doc in docs:
			self.put(doc.name, communication_date=mails.ago(hours=5))
		batches = 3
		size = fill_first_response.count_unanswered() // batches
		with patch.object(fill_first_response, "BATCH_SIZE", size):
			self.assertGreaterEqual(self.fill(), 3)
		stamps = [self.get_stamps(doc.name) for doc in docs]
		self.put(docs[0].name, communication_date=mails.ago(hours=8))
		self.assertEqual(self.fill(), 0)
		self.assertEqual([self.get_stamps(doc.name) for doc in docs], stamps)

	def test_someone_who_has_left_since_did_answer(self):
		factories.make_user("left.engineer@example.com", "Sales User", enabled=0)
		doc = self.open()
		self.put(doc.name, sender="left.engineer@example.com")
		self.fill()
		self.assertTrue(self.get_minutes(doc.name))

	def test_mails_that_link_the_opportunity(self):
		doc = self.open()
		links = [{"link_doctype": OPPORTUNITY, "link_name": doc.name}]
		self.put(personas.CUSTOMER, "Customer", timeline_links=links)
		self.fill()
		self.assertTrue(self.get_minutes(doc.name))

	def test_mails_of_its_lead_until_it_was_converted(self):
		lead = factories.make_lead().name
		early, late = (self.open(opportunity_from="Lead", party_name=lead) for _number in range(2))
		self.put(lead, "Lead", communication_date=mails.ago(hours=2))
		for doc in (early, late):
			doc.update({"opportunity_from": "Customer", "party_name": personas.CUSTOMER}).save()
		converted_on = {"reference_name": late.name, "event": "Lead Converted"}
		log = frappe.qb.DocType("Pipeline Audit Log")
		name = frappe.db.get_value("Pipeline Audit Log", converted_on)
		frappe.qb.update(log).set(log.at, mails.ago(hours=4)).where(log.name == name).run()
		self.fill()
		self.assertTrue(self.get_minutes(early.name))
		self.assertUnanswered(late.name)

	@site_only("Quotation's own arithmetic")
	def test_mails_of_its_quotations(self):
		doc = self.open()
		self.put(factories.make_quotation(pipeline_opportunity=doc.name).name, "Quotation")
		self.fill()
		self.assertTrue(self.get_minutes(doc.name))

	def test_the_command_says_what_it_did(self):
		doc = self.open()
		self.put(doc.name)
		with patch.object(commands, "_connected"), patch.object(frappe.db, "commit"):
			arguments = ["fill-first-response"]
			result = CliRunner().invoke(commands.crm_pipeline, arguments, obj=frappe._dict(profile=False))
		self.assertEqual(result.exit_code, 0, result.output)
		self.assertIn("unanswered opportunities were answered and are stamped now.", result.output)
		self.assertTrue(self.get_minutes(doc.name))
