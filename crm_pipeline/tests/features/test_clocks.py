"""Durations are right across a clock change, and after the site's time zone was changed (docs/follow-up.md)."""

from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from unittest import TestCase
from unittest.mock import patch

import frappe
from dateutil import tz
from frappe.utils import add_days, now_datetime, nowdate

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import clock
from crm_pipeline.patches.v0_1 import fill_utc_stamps
from crm_pipeline.record import clock as site_clock
from crm_pipeline.tests import factories, mails
from crm_pipeline.tests.audit import get_log, get_problems
from crm_pipeline.tests.base import IS_SANDBOX, PipelineTestCase, site_only
from crm_pipeline.tests.clocks import backdate
from crm_pipeline.tests.reports import FUNNEL, STALLED, ReportTestCase

EAST, WEST = "Asia/Kolkata", "America/Los_Angeles"
BERLIN = tz.gettz("Europe/Berlin")
STAMPS = ["opened_utc", "status_changed_utc"]


@contextmanager
def site_in(zone: str):
	"""The site with its System Settings in another time zone."""
	of_the_framework = "frappe.utils.dates" if IS_SANDBOX else "frappe.utils.data"
	with ExitStack() as patches:
		for module in (of_the_framework, "crm_pipeline.record.clock"):
			patches.enter_context(patch(f"{module}.get_system_timezone", return_value=zone))
		yield


class TestStamp(TestCase):
	NOW = 2_000_000_000

	def test_what_a_clock_shows_and_back(self):
		for shown in (datetime(2000, 1, 1, 12), datetime(2000, 7, 1, 12), datetime(1969, 12, 31, 23, 59, 59)):
			with self.subTest(shown):
				self.assertEqual(clock.get_shown(clock.get_stamp(shown, BERLIN, self.NOW), BERLIN), shown)

	def test_an_hour_that_is_shown_twice(self):
		shown = datetime(2000, 10, 29, 2, 30)
		first = clock.get_stamp(shown - timedelta(hours=1), BERLIN, self.NOW) + 3600
		self.assertEqual(clock.get_stamp(shown, BERLIN, now=first + 60), first)
		self.assertEqual(clock.get_stamp(shown, BERLIN, now=first + 3660), first + 3600)

	def test_the_offsets_of_a_year(self):
		offsets = list(clock.get_offsets(BERLIN, datetime(2000, 1, 1), datetime(2000, 12, 31)))
		winter, summer = 3600, 7200
		expected = [
			(datetime(2000, 1, 1), winter),
			(datetime(2000, 3, 26, 3), summer),
			(datetime(2000, 10, 29, 3), winter),
		]
		self.assertEqual(offsets, expected)


class TestTimeZoneOfTheSite(ReportTestCase):
	def test_a_stage_lasts_as_long_as_it_lasts(self):
		for before, after in ((EAST, WEST), (WEST, EAST)):
			with self.subTest(after):
				with site_in(before):
					doc = factories.make_opportunity()
				with site_in(after):
					api.make_offer(doc.name)
					self.assertEqual(get_problems(doc.name), [])
				self.assertLess(get_log(doc.name)[-1].seconds_in_status, 60)

	def test_no_report_has_days_below_none(self):
		with site_in("Pacific/Kiritimati"):
			factories.make_opportunity()
		with site_in("Pacific/Pago_Pago"):
			rows = self.get_rows(FUNNEL, "stage", to_date=add_days(nowdate(), 2))
			days = rows["Open"]["days_so_far"]
			rows = self.run_report(STALLED, days=0).result
		self.assertEqual(round(days, 2), 0)
		self.assertFalse([row for row in rows if row["days_in_stage"] < 0])

	def test_minutes_to_first_response(self):
		with site_in(EAST):
			doc = factories.make_opportunity()
			opened_on = now_datetime() - timedelta(minutes=30)
			backdate(doc.name, opened_on=opened_on)
		with site_in(WEST):
			mails.send(doc.name)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "mins_to_first_response"), "30")

	def test_shown_dates_stay(self):
		with site_in(EAST):
			doc = factories.make_opportunity()
			shown = frappe.db.get_value(OPPORTUNITY, doc.name, "opened_on")
		with site_in(WEST):
			api.make_offer(doc.name)
			self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "opened_on"), shown)


class TestStampsOfARecord(PipelineTestCase):
	def get(self, name: str) -> list[int]:
		return list(frappe.db.get_value(OPPORTUNITY, name, STAMPS))

	def test_each_move_has_one(self):
		doc = factories.make_opportunity()
		backdate(doc.name, opened_on=mails.ago(days=2), status_changed_on=mails.ago(days=2))
		before = self.get(doc.name)
		api.make_offer(doc.name)
		opened, changed = self.get(doc.name)
		self.assertEqual(opened, before[0])
		self.assertAlmostEqual(changed, site_clock.get_now(), delta=30)

	def test_history_has_those_of_its_dates(self):
		doc = factories.make_history()
		self.assertEqual(
			self.get(doc.name), [site_clock.get_stamp(doc.opened_on), site_clock.get_stamp(doc.closed_on)]
		)

	def test_nobody_sets_one(self):
		doc = factories.make_opportunity(opened_utc=5, status_changed_utc=5)
		self.assertAlmostEqual(self.get(doc.name)[0], site_clock.get_now(), delta=30)
		with self.assertRaises(frappe.ValidationError):
			doc.reload().update({"opened_utc": 5}).save()

	@site_only("MariaDB's dates")
	def test_an_upgrade_fills_them(self):
		docs = [factories.make_history() for _number in range(2)]
		days = (datetime(2000, 1, 15, 12), datetime(2000, 7, 15, 12))
		for doc, day in zip(docs, days, strict=True):
			backdate(doc.name, opened_on=day, status_changed_on=day + timedelta(days=90))
			frappe.db.set_value(OPPORTUNITY, doc.name, dict.fromkeys(STAMPS, 0), update_modified=False)
		with site_in("Europe/Berlin"):
			fill_utc_stamps.execute()
			expected = [
				[site_clock.get_stamp(day), site_clock.get_stamp(day + timedelta(days=90))] for day in days
			]
		self.assertEqual([self.get(doc.name) for doc in docs], expected)
