"""What all our reports have in common: who sees what, the filters, the lists behind the counts, no error."""

import re
import threading
import unittest
from datetime import date
from pathlib import Path

import frappe
from frappe.utils import nowdate

from crm_pipeline.crm_pipeline.report.lost_opportunity_trends import lost_opportunity_trends as lost_trends
from crm_pipeline.crm_pipeline.report.minutes_to_first_response_for_opportunity import (
	minutes_to_first_response_for_opportunity as first_response,
)
from crm_pipeline.crm_pipeline.report.pipeline_forecast import pipeline_forecast as forecast
from crm_pipeline.crm_pipeline.report.stalled_opportunities import stalled_opportunities as stalled
from crm_pipeline.crm_pipeline.report.win_rate import win_rate
from crm_pipeline.domain import figures, periods
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import site_only
from crm_pipeline.tests.reports import (
	FIRST_RESPONSE,
	FORECAST,
	FUNNEL,
	LOST_TRENDS,
	REPORTS,
	STALLED,
	WIN_RATE,
	ReportTestCase,
	days_ago,
	make_closed,
	set_values,
)
from crm_pipeline.tests.users import as_user

# report → the column of its footer, or of its rows, that counts opportunities
COUNTS = {
	FIRST_RESPONSE: "opened",
	LOST_TRENDS: "count",
	FUNNEL: "count",
	WIN_RATE: "closed",
	FORECAST: "open_count",
}
GROUPS = {
	WIN_RATE: ("Sales Engineer", "Region", "Source", "Quarter"),
	FIRST_RESPONSE: ("Sales Engineer", "Month"),
	FORECAST: ("Month", "Quarter", "Sales Engineer"),
}


def get_running_timers() -> list:
	timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
	return [timer for timer in timers if not timer.finished.is_set()]


class TestWhoSeesWhat(ReportTestCase):
	def setUp(self):
		super().setUp()
		south = {"region": personas.OTHER_REGION, "sales_engineer": personas.OTHER_ENGINEER}
		for overrides in ({}, {"application_engineer": personas.APPLICATION_ENGINEER}, south):
			set_values(factories.make_opportunity(**overrides), status_changed_on=days_ago(60))
			make_closed("Lost", **overrides)
			make_closed("Won", **overrides)

	def count(self, report: str) -> int:
		"""Return how many opportunities the report counts for the current user."""
		dates = {"from_date": None, "to_date": None} if report == FORECAST else {}
		answer = self.run_report(report, **dates, history="Included")
		if report == STALLED:
			return len(answer.result)
		return self.get_totals(answer)[COUNTS[report]] or 0

	def test_everybody_counts_what_they_see_and_no_row_more(self):
		closed = {WIN_RATE: 2, LOST_TRENDS: 1, FUNNEL: 3, FIRST_RESPONSE: 3, FORECAST: 1, STALLED: 1}
		factor = {
			personas.MANAGER: 3,
			personas.ORG_ADMIN: 3,
			personas.ENGINEER: 2,
			personas.OTHER_ENGINEER: 1,
			personas.APPLICATION_ENGINEER: 1,
			personas.API_USER: 0,
		}
		for user, times in factor.items():
			for report in REPORTS:
				with self.subTest(f"{user}: {report}"), as_user(user):
					self.assertEqual(self.count(report), closed[report] * times)

	def test_nobody_without_opportunities_gets_in(self):
		for report in REPORTS:
			with self.subTest(report), as_user(personas.OUTSIDER), self.assertRaises(frappe.PermissionError):
				self.run_report(report)

	def test_who_sees_nothing_gets_an_empty_report(self):
		with as_user(personas.API_USER):
			for report in REPORTS:
				answer = self.run_report(report)
				self.assertEqual(
					(answer.result, answer.chart, answer.report_summary), ([], None, None), report
				)
				self.assertTrue(answer.columns)

	def test_a_shared_record_counts_until_the_share_goes(self):
		name = make_closed("Won").name
		frappe.share.add("Pipeline Opportunity", name, personas.API_USER)
		with as_user(personas.API_USER):
			self.assertEqual(self.count(WIN_RATE), 1)
		with as_user("Administrator"):
			frappe.share.remove("Pipeline Opportunity", name, personas.API_USER)
		with as_user(personas.API_USER):
			self.assertEqual(self.count(WIN_RATE), 0)

	def test_time_in_stage_tells_nothing_of_others(self):
		doc = factories.make_opportunity()
		set_values(doc, status_changed_on=days_ago(50))
		doc.reload().update({"status": "Offer Made"}).save()
		for user, is_told in ((personas.ENGINEER, True), (personas.OTHER_ENGINEER, False)):
			with as_user(user):
				rows = self.get_rows(FUNNEL, "stage")
			self.assertEqual(rows["Open"]["days"] is not None, is_told, user)
			self.assertEqual(rows["Offer Made"]["reached"], 3 if is_told else 1)

	def permit_only(self, doctype: str, name: str) -> None:
		"""Limit the north engineer to one value."""
		self.addCleanup(frappe.cache.hdel, "user_permissions", personas.ENGINEER)
		values = {"user": personas.ENGINEER, "allow": doctype, "for_value": name}
		factories.make("User Permission", apply_to_all_doctypes=1, **values)

	@site_only("User Permissions")
	def test_user_permissions_apply_on_top(self):
		self.permit_only("Pipeline Product Line", personas.OTHER_PRODUCT_LINE)
		make_closed(product_line=personas.OTHER_PRODUCT_LINE)
		with as_user(personas.ENGINEER):
			self.assertEqual(self.count(WIN_RATE), 1)
			rows = self.get_rows(WIN_RATE, "group", group_by="Product Line")
		self.assertEqual(list(rows), [personas.OTHER_PRODUCT_LINE])

	@site_only("User Permissions")
	def test_a_percent_sign_in_a_name_breaks_nothing(self):
		region = factories.make_region("Testland 100%s", parent_pipeline_region=personas.GROUP_REGION).name
		self.permit_only("Pipeline Region", region)
		make_closed(region=region)
		with as_user(personas.ENGINEER):
			self.assertEqual(self.count(WIN_RATE), 1)


@site_only("the operators of the list's filters")
class TestListsBehindCounts(ReportTestCase):
	def setUp(self):
		super().setUp()
		south = {"region": personas.OTHER_REGION, "sales_engineer": personas.OTHER_ENGINEER}
		for overrides in (
			{},
			{"source": personas.SOURCE, "product_line": personas.OTHER_PRODUCT_LINE},
			south,
		):
			make_closed("Won", days=100, **overrides)
			make_closed("Lost", **overrides)
			factories.make_opportunity("Offer Made", expected_closing=nowdate(), **overrides)
			set_values(
				factories.make_opportunity(**overrides),
				first_responded_on=days_ago(1),
				mins_to_first_response="5",
			)

	def test_every_count_is_its_lists_length(self):
		for user in (personas.MANAGER, personas.ENGINEER):
			for report in COUNTS:
				for group_by in GROUPS.get(report, (None,)):
					with self.subTest(f"{user}: {report} by {group_by}"), as_user(user):
						self.assertCountsOpenTheirLists(self.run_report(report, group_by=group_by))

	def test_a_period_that_cuts_a_month_cuts_the_list(self):
		answer = self.run_report(WIN_RATE, group_by="Month", from_date=days_ago(100).date())
		self.assertCountsOpenTheirLists(answer)

	def test_filters_go_with_the_count(self):
		filters = {"sales_engineer": personas.ENGINEER, "source": personas.SOURCE, "history": "Left Out"}
		for report in COUNTS:
			with self.subTest(report):
				self.assertCountsOpenTheirLists(self.run_report(report, **filters))


class TestFilters(ReportTestCase):
	def assertExplained(self, sentence: str, report: str = WIN_RATE, **filters) -> None:
		make_closed()
		timers = get_running_timers()
		answer = self.run_report(report, **filters)
		self.assertEqual((answer.message, answer.result), (sentence, []))
		self.assertEqual(frappe.get_message_log(), [])
		self.assertEqual(get_running_timers(), timers)  # one that goes on makes a prepared report of it

	def test_what_can_not_be_meant_is_said_in_a_sentence(self):
		today = nowdate()
		for sentence, filters in (
			(
				"From Date 2026-02-01 is after To Date 2026-01-31. Swap them.",
				{"from_date": "2026-02-01", "to_date": "2026-01-31"},
			),
			(f"From Date: tomorrow is not a date. Enter one like {today}.", {"from_date": "tomorrow"}),
			(f"To Date: 0001-01-01 is not a date. Enter one like {today}.", {"to_date": "0001-01-01"}),
			("Region Atlantis does not exist. Choose another one.", {"region": "Atlantis"}),
			(
				"Sales Engineer nobody@example.com does not exist. Choose another one.",
				{"sales_engineer": "nobody@example.com"},
			),
			("Company Nobody does not exist. Choose another one.", {"company": "Nobody"}),
			("Source ['in', ['a']] does not exist. Choose another one.", {"source": ["in", ["a"]]}),
			("Imported History can't be Maybe. Choose one of: Included, Left Out.", {"history": "Maybe"}),
		):
			with self.subTest(sentence):
				self.assertExplained(
					frappe.utils.escape_html(sentence) if "'in'" in sentence else sentence, **filters
				)

	def test_each_report_explains_its_own(self):
		self.assertExplained(
			"Outcome can't be Won. Choose one of: All, Lost, Rejected.", LOST_TRENDS, outcome="Won"
		)
		self.assertExplained(
			"Group By can't be Day. Choose one of: Month, Quarter, Sales Engineer.", FORECAST, group_by="Day"
		)
		self.assertExplained("Days can't be -1. Enter a whole number from 0 to 99999.", STALLED, days=-1)
		self.assertExplained(
			"Days can't be 1000000. Enter a whole number from 0 to 99999.", STALLED, days=1000000
		)
		self.assertExplained(
			"Hours can't be soon. Enter a whole number from 0 to 99999.", FIRST_RESPONSE, within_hours="soon"
		)

	def test_text_in_a_filter_is_data(self):
		name = "Testland' or '1'='1"
		region = factories.make_region(name, parent_pipeline_region=personas.GROUP_REGION).name
		make_closed()
		for report in REPORTS:
			self.assertEqual(self.run_report(report, region=region).result, [], report)

	def test_without_filters_the_defaults_hold(self):
		make_closed(days=400)
		make_closed(days=7)
		for report in REPORTS:
			with self.subTest(report):
				answer = self.run_report(report, from_date=None, to_date=None)
				self.assertTrue(answer.columns)
		self.assertEqual(
			self.get_totals(self.run_report(WIN_RATE, from_date=None, to_date=None))["closed"], 1
		)

	@site_only("counts of what is written")
	def test_nothing_is_written_by_looking(self):
		make_closed()
		before = frappe.db.transaction_writes
		for report in REPORTS:
			self.run_report(report)
		self.assertEqual(frappe.db.transaction_writes, before)


class TestChoices(unittest.TestCase):
	def test_the_browser_offers_what_the_server_takes(self):
		for module, choices in (
			(win_rate, win_rate.GROUPS),
			(first_response, first_response.GROUPS),
			(lost_trends, ("All", *lost_trends.OUTCOMES)),
			(forecast, forecast.GROUPS),
			(stalled, stalled.REASONS),
		):
			script = Path(module.__file__).with_suffix(".js").read_text()
			offered = re.findall(r"options: \[([^\]]*)\]", script)
			self.assertIn(
				list(choices), [re.findall(r'value: "([^"]+)"', texts) for texts in offered], module.__name__
			)


class TestFigures(unittest.TestCase):
	def test_a_part_is_told_in_percent_of_the_whole(self):
		self.assertEqual((figures.get_percent(1, 4), figures.get_percent(0, 4)), (25, 0))
		self.assertIsNone(figures.get_percent(1, 0))

	def test_an_average_is_what_each_has(self):
		self.assertEqual((figures.get_average(9, 2), figures.get_average(0, 2)), (4.5, 0))
		self.assertIsNone(figures.get_average(9, 0))


class TestPeriods(unittest.TestCase):
	def test_a_report_looks_back_over_twelve_months(self):
		self.assertEqual(
			periods.look_back(None, None, date(2026, 3, 15)), (date(2025, 4, 1), date(2026, 3, 15))
		)
		self.assertEqual(
			periods.look_back(None, date(2025, 12, 31), date(2026, 3, 15)),
			(date(2025, 1, 1), date(2025, 12, 31)),
		)

	def test_the_forecast_looks_ahead_over_four_quarters(self):
		self.assertEqual(
			periods.look_ahead(None, None, date(2026, 12, 31)), (date(2026, 10, 1), date(2027, 9, 30))
		)
		self.assertEqual(
			periods.look_ahead(date(2026, 1, 3), None, date(2026, 12, 31)),
			(date(2026, 1, 3), date(2026, 12, 31)),
		)
		self.assertEqual(
			periods.look_ahead(date(2026, 2, 3), None, date(2026, 12, 31)),
			(date(2026, 2, 3), date(2027, 3, 31)),
		)
		self.assertEqual(
			periods.look_ahead(None, date(2025, 5, 5), date(2026, 12, 31)),
			(date(2025, 4, 1), date(2025, 5, 5)),
		)

	def test_months_and_quarters_are_whole_and_sort_by_their_name(self):
		months = periods.get_periods("Month", date(2027, 11, 30), date(2028, 3, 1))
		self.assertEqual(
			[month.label for month in months], ["2027-11", "2027-12", "2028-01", "2028-02", "2028-03"]
		)
		self.assertEqual(months[3][1:], (date(2028, 2, 1), date(2028, 2, 29)))
		quarters = periods.get_periods("Quarter", date(2026, 12, 31), date(2027, 1, 1))
		self.assertEqual([quarter.label for quarter in quarters], ["2026 Q4", "2027 Q1"])
		self.assertEqual(
			quarters[0].clip(date(2026, 12, 31), date(2027, 1, 1))[1:],
			(date(2026, 12, 31), date(2026, 12, 31)),
		)
