"""The digest: stalled opportunities by e-mail, for what its reader sees."""

import json

import frappe

from crm_pipeline.api import digest as digest_api
from crm_pipeline.exceptions import InputError
from crm_pipeline.reporting import digest
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import site_only
from crm_pipeline.tests.reports import STALLED, ReportTestCase, days_ago, set_values
from crm_pipeline.tests.users import as_user

DIGEST = "Auto Email Report"


@site_only("Auto Email Report")
class TestDigest(ReportTestCase):
	def setUp(self):
		super().setUp()
		self.own = self.make_stalled()
		self.foreign = self.make_stalled(region=personas.OTHER_REGION, sales_engineer=personas.OTHER_ENGINEER)

	def make_stalled(self, **overrides) -> str:
		doc = factories.make_opportunity(potential_value=10**9, **overrides)  # the first of any site
		set_values(doc, status_changed_on=days_ago(60))
		return doc.name

	def get_digests(self, user: str) -> list:
		return [frappe.get_doc(DIGEST, name) for name in frappe.get_all(DIGEST, {"user": user}, pluck="name")]

	def test_whoever_sees_the_report_has_it_sent_to_themselves(self):
		with as_user(personas.ENGINEER):
			self.assertEqual(digest_api.get_digest(), "Never")
			digest_api.set_digest("Weekly")
			self.assertEqual(digest_api.get_digest(), "Weekly")
		(doc,) = self.get_digests(personas.ENGINEER)
		self.assertEqual((doc.report, doc.email_to, doc.day_of_week), (STALLED, personas.ENGINEER, "Monday"))
		self.assertEqual((doc.enabled, doc.send_if_data), (1, 1))

	def test_another_choice_takes_the_place_of_the_first(self):
		with as_user(personas.ENGINEER):
			for frequency in ("Weekly", "Daily"):
				digest_api.set_digest(frequency)
			self.assertEqual(digest_api.get_digest(), "Daily")
			self.assertEqual(len(self.get_digests(personas.ENGINEER)), 1)
			digest_api.set_digest("Never")
		self.assertEqual(self.get_digests(personas.ENGINEER), [])

	def test_it_holds_what_its_reader_sees_though_the_scheduler_sends_it(self):
		with as_user(personas.ENGINEER):
			digest_api.set_digest("Daily")
		with as_user("Administrator"):
			(doc,) = self.get_digests(personas.ENGINEER)
			content = doc.get_report_content()
		self.assertIn(self.own, content)
		self.assertNotIn(self.foreign, content)

	def test_a_manager_gets_all_and_may_set_one_up_for_an_engineer(self):
		digest_api.set_digest("Daily")
		(doc,) = self.get_digests(personas.MANAGER)
		with as_user("Administrator"):
			content = doc.get_report_content()
		self.assertIn(self.own, content)
		self.assertIn(self.foreign, content)
		doc.update({"user": personas.OTHER_ENGINEER}).save(ignore_permissions=True)
		with as_user("Administrator"):
			content = doc.reload().get_report_content()
		self.assertNotIn(self.own, content)
		self.assertIn(self.foreign, content)

	def test_nobody_else_sets_one_up_in_the_name_of_another(self):
		values = {
			"report": STALLED,
			"user": personas.MANAGER,
			"email_to": personas.ENGINEER,
			"frequency": "Daily",
		}
		with as_user(personas.ENGINEER), self.assertRefused(frappe.PermissionError, "can't be sent as"):
			frappe.get_doc({"doctype": DIGEST, "format": "HTML", **values}).insert(ignore_permissions=True)

	def test_the_reader_in_the_filters_can_not_be_another(self):
		with as_user(personas.ENGINEER):
			digest_api.set_digest("Daily")
			(doc,) = self.get_digests(personas.ENGINEER)
			doc.update({"filters": json.dumps({"for_user": personas.MANAGER})}).save(ignore_permissions=True)
		self.assertEqual(json.loads(doc.filters)["for_user"], personas.ENGINEER)

	def test_nothing_stalled_is_nothing_sent(self):
		with as_user(personas.API_USER):
			digest_api.set_digest("Daily")
			(doc,) = self.get_digests(personas.API_USER)
		with as_user("Administrator"):
			self.assertIsNone(doc.get_report_content())

	def test_who_has_left_gets_none(self):
		with as_user(personas.ENGINEER):
			digest_api.set_digest("Daily")
			(doc,) = self.get_digests(personas.ENGINEER)
		with as_user("Administrator"):
			frappe.db.set_value("User", personas.ENGINEER, "enabled", 0)
			self.assertIsNone(doc.get_report_content())

	def test_reading_as_somebody_else_shows_nothing_new(self):
		with as_user(personas.ENGINEER):
			rows = self.run_report(STALLED, for_user=personas.MANAGER, from_date=None, to_date=None).result
		self.assertEqual([row["opportunity"] for row in rows], [self.own])

	def test_reports_of_others_are_left_alone(self):
		values = {"report": "Sales Analytics", "user": personas.MANAGER, "email_to": personas.MANAGER}
		doc = frappe.get_doc({"doctype": DIGEST, "frequency": "Daily", "format": "HTML", **values})
		with as_user("Administrator"):
			doc.insert()
		self.assertFalse(doc.filters)

	def test_outsiders_and_other_frequencies_are_refused(self):
		with as_user(personas.OUTSIDER), self.assertRaises(frappe.PermissionError):
			digest_api.set_digest("Daily")
		with self.assertRefused(InputError, "Frequency can't be Hourly. Choose one of: Never, Daily"):
			digest_api.set_digest("Hourly")

	def test_uninstalling_takes_the_digests_along(self):
		digest_api.set_digest("Daily")
		digest.delete_digests([STALLED])
		self.assertEqual(self.get_digests(personas.MANAGER), [])
