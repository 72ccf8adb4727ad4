"""The sample data and the walk through the app."""

from collections import Counter
from contextlib import redirect_stdout
from datetime import datetime
from io import StringIO
from unittest import TestCase
from unittest.mock import patch

import click
import frappe

from crm_pipeline.audit.integrity import find_problems
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.demo import deals, sample_data, team, walkthrough
from crm_pipeline.domain import lifecycle
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.factories import make_opportunity
from crm_pipeline.tests.users import as_user

MASTERS = deals.Masters(["North"], ["Pump"], ["Sales"], ["Phone"], {"Lost": ["Price"], "Rejected": ["Scope"]})
TODAY = datetime(2026, 11, 22, 12)


class TestDeals(TestCase):
	def test_the_same_day_brings_the_same_deals(self):
		first, second = (deals.invent_deals(MASTERS, TODAY, 1000) for _time in range(2))
		self.assertEqual(first, second)
		self.assertEqual(len(first), deals.COUNT)

	def test_they_are_of_all_stages_within_18_months(self):
		invented = deals.invent_deals(MASTERS, TODAY, 1000)
		counts = Counter(deal.values["status"] for deal in invented)
		self.assertEqual(set(counts), set(lifecycle.STAGES))
		self.assertGreater(min(counts.values()), 10)
		for deal in invented:
			self.assertLessEqual((TODAY - deal.values["opened_on"]).days, deals.DAYS)
			self.assertLess(deal.values["opened_on"], deal.values.get("closed_on", TODAY))
			self.assertLess(deal.values.get("closed_on", deal.values["opened_on"]), TODAY)


# the log is append-only, a series goes on counting
LEFT_BEHIND = {"tabPipeline Audit Log", "tabSeries"}


def count_rows() -> dict[str, int]:
	return {
		table: frappe.db.sql(f"select count(*) from `{table}`")[0][0]
		for table in frappe.db.get_tables(cached=False)
	}


class TestSampleData(PipelineTestCase):
	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		fewer = patch.object(deals, "COUNT", 60)
		fewer.start()
		cls.addClassCleanup(fewer.stop)
		cls.made = sample_data.load()

	def setUp(self) -> None:
		super().setUp()
		frappe.set_user("Administrator")

	def test_a_team_with_its_deals_is_there(self):
		self.assertEqual(self.made, deals.COUNT)
		ours = {"external_id": ("like", f"{sample_data.PREFIX}%")}
		self.assertEqual(frappe.db.count(OPPORTUNITY, ours), deals.COUNT)
		reopened = frappe.db.count(OPPORTUNITY, {**ours, "is_history": 1, "status": "Open"})
		self.assertEqual(reopened, deals.REOPENED_COUNT)
		self.assertEqual(list(find_problems()), [])

	def test_loading_again_makes_nothing(self):
		before = len(sample_data.get_removable())
		self.assertEqual(sample_data.load(), 0)
		self.assertEqual(len(sample_data.get_removable()), before)

	def test_clearing_removes_exactly_that(self):
		mine = make_opportunity()
		others = {doctype: frappe.db.count(doctype) for doctype in ("Customer", "User", OPPORTUNITY)}
		removed = Counter(doctype for doctype, _name in sample_data.get_removable())
		self.assertEqual(sample_data.clear(), [])
		self.assertEqual(sample_data.get_removable(), [])
		for doctype, count in others.items():
			self.assertEqual(frappe.db.count(doctype), count - removed[doctype], doctype)
		self.assertTrue(frappe.db.exists(OPPORTUNITY, mine.name))
		self.assertEqual(list(find_problems()), [])

	@site_only("every table of a site")
	def test_nothing_is_left_but_the_log(self):
		sample_data.clear()
		before = count_rows()
		with patch.object(deals, "COUNT", 12), patch.object(deals, "REOPENED_COUNT", 1):
			sample_data.load()
		frappe.set_user("Administrator")
		self.assertEqual(sample_data.clear(), [])
		after = count_rows()
		changed = {table for table in after if after[table] != before.get(table, 0)}
		self.assertEqual(changed - LEFT_BEHIND, set())

	def test_people_who_lost_their_roles_have_them_again(self):
		frappe.db.delete("Has Role", {"parent": team.MANAGER.email})
		frappe.clear_cache(user=team.MANAGER.email)
		sample_data.load()
		self.assertIn("Sales Manager", frappe.get_roles(team.MANAGER.email))

	def test_people_who_were_disabled_work_again(self):
		engineer = team.ENGINEERS[0].email
		with as_user("Administrator"):
			frappe.get_doc("User", engineer).update({"enabled": 0}).save()
			self.assertEqual(sample_data.load(), 0)
		self.assertTrue(frappe.db.get_value("User", engineer, "enabled"))

	@site_only("User Permissions")
	def test_people_who_were_limited_enter_everything_again(self):
		names = frappe.get_all(OPPORTUNITY, {"external_id": ("like", f"{sample_data.PREFIX}%")}, pluck="name")
		customers = frappe.get_all("Customer", {"owner": team.MANAGER.email}, pluck="name", limit=1)
		for person in (team.MANAGER, *team.ENGINEERS):
			limit = {"user": person.email, "allow": "Customer", "for_value": customers[0]}
			frappe.get_doc({"doctype": "User Permission", **limit}).insert()
		for name in names:
			sample_data._remove(OPPORTUNITY, name)
		self.assertEqual(sample_data.load(), len(names))

	def test_what_others_built_on_it_stays_and_is_named(self):
		customer = frappe.db.get_value("Customer", {"owner": team.MANAGER.email})
		make_opportunity(party_name=customer)
		kept = sample_data.clear()
		self.assertEqual(len(kept), 1)
		self.assertIn(f"Customer {customer}: ", kept[0])
		self.assertTrue(frappe.db.exists("Customer", customer))

	def test_the_walk_through_tells_the_whole_story(self):
		with redirect_stdout(StringIO()) as output:
			walkthrough.play()
		# the framework's parallel test runner switches colours on for whoever imports it (as the canary does)
		told = click.unstyle(output.getvalue())
		for sentence in (
			"cannot go from Open to Won. Allowed next: Offer Made, Lost, Rejected.",
			"needs at least one lost reason to become Lost",
			"Only a manager may reopen",
			"The whole log is checked: in order",
			"was altered after it was written",
			"The edit is taken back: in order",
			"bench --site SITE install-app crm_pipeline",
		):
			self.assertIn(sentence, told)
