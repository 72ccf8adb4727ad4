"""Stalled Opportunities: too long in a stage, or a contact that is overdue."""

from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, now_datetime

from crm_pipeline.crm_pipeline.report.stalled_opportunities import stalled_opportunities
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.reports import STALLED, ReportTestCase, days_ago, make_closed, set_values


def make_stalled(days: int = 30, **overrides):
	doc = factories.make_opportunity(**overrides)
	set_values(doc, status_changed_on=days_ago(days))
	return doc


class TestStalled(ReportTestCase):
	def run_stalled(self, **filters):
		return self.run_report(STALLED, **{"from_date": None, "to_date": None, **filters})

	def get_stalled(self, **filters) -> dict:
		return {row["opportunity"]: row for row in self.run_stalled(**filters).result}

	def test_longer_than_the_settings_say_is_too_long(self):
		days = frappe.db.get_single_value("Pipeline Settings", "stalled_after_days")
		stalled, moving = make_stalled(days + 1), make_stalled(days)
		rows = self.get_stalled()
		self.assertEqual(list(rows), [stalled.name])
		self.assertNotIn(moving.name, rows)
		row = rows[stalled.name]
		self.assertEqual(
			(row["days_in_stage"], row["reason"], row["party"]),
			(days + 1, "Too Long in Stage", personas.CUSTOMER),
		)

	def test_another_number_of_days_can_be_asked_for(self):
		make_stalled(5)
		self.assertEqual(len(self.get_stalled(days=4)), 1)
		self.assertEqual(len(self.get_stalled(days=5)), 0)
		make_stalled(1)
		self.assertEqual(len(self.get_stalled(days=0)), 2)

	def test_an_overdue_contact_stalls_it(self):
		late, coming = factories.make_opportunity(), factories.make_opportunity()
		set_values(late, next_contact_date=days_ago(3))
		set_values(coming, next_contact_date=add_to_date(now_datetime(), hours=1))
		rows = self.get_stalled()
		self.assertEqual(list(rows), [late.name])
		self.assertEqual((rows[late.name]["days_overdue"], rows[late.name]["reason"]), (3, "Contact Overdue"))

	def test_both_reasons_are_named_and_counted(self):
		both = make_stalled()
		set_values(both, next_contact_date=days_ago(3))
		make_stalled()
		answer = self.run_stalled()
		reasons = {row["opportunity"]: row["reason"] for row in answer.result}
		self.assertEqual(reasons[both.name], "Too Long in Stage, Contact Overdue")
		figures = {figure["label"]: figure["value"] for figure in answer.report_summary}
		self.assertEqual(
			(figures["Stalled"], figures["Too Long in Stage"], figures["Contact Overdue"]), (2, 2, 1)
		)
		self.assertEqual(list(self.get_stalled(reason="Contact Overdue")), [both.name])

	def test_closed_ones_are_at_rest(self):
		make_closed(days=100)
		self.assertEqual(self.run_stalled().result, [])

	def test_the_most_valuable_come_first_and_all_are_counted(self):
		for value in (100, 300, 200):
			make_stalled(potential_value=value)
		with patch.object(stalled_opportunities, "MOST_ROWS", 2):
			answer = self.run_stalled()
		self.assertEqual([row["value"] for row in answer.result], [300, 200])
		self.assertEqual(answer.message, "The 2 of highest value of 3 are listed.")
		self.assertEqual(self.get_totals(answer)["value"], 600)
		self.assertEqual(answer.chart["data"]["datasets"][0]["values"], [3])
