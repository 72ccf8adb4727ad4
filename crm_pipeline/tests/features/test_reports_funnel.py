"""Pipeline Funnel: what became of the opportunities opened in the period."""

from frappe.utils import add_to_date, now_datetime

from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.reports import FUNNEL, ReportTestCase, days_ago, make_closed, set_values


class TestFunnel(ReportTestCase):
	def test_it_counts_where_they_are_and_how_far_they_came(self):
		for status in ("Open", "Offer Made", "Won", "Lost"):
			factories.make_opportunity(status)
		rows = self.get_rows(FUNNEL, "stage")
		self.assertEqual([row["count"] for row in rows.values()], [1, 1, 1, 1, 0])
		self.assertEqual([row["reached"] for row in rows.values()], [4, 2, 1, 1, 0])
		self.assertEqual([row["share"] for row in rows.values()], [100, 50, 25, 25, 0])
		self.assertEqual((rows["Offer Made"]["conversion"], rows["Won"]["conversion"]), (50, 50))

	def test_a_loss_after_an_offer_came_to_an_offer(self):
		doc = factories.make_opportunity("Offer Made")
		doc.update({"status": "Lost", **factories.OUTCOMES["Lost"]}).save()
		factories.make_opportunity("Lost")
		rows = self.get_rows(FUNNEL, "stage")
		self.assertEqual((rows["Offer Made"]["count"], rows["Offer Made"]["reached"]), (0, 1))

	def test_who_was_offered_twice_counts_once(self):
		doc = factories.make_opportunity("Won")
		for values in (
			{"status": "Open", "reopen_reason": "Once more"},
			{"status": "Offer Made"},
			{"status": "Rejected", **factories.OUTCOMES["Rejected"]},
		):
			doc.update(values).save()
		rows = self.get_rows(FUNNEL, "stage")
		self.assertEqual([row["reached"] for row in rows.values()], [1, 1, 0, 0, 1])

	def test_time_in_stage_is_that_of_the_log(self):
		for hours in (24, 72):
			doc = factories.make_opportunity()
			set_values(doc, status_changed_on=add_to_date(now_datetime(), hours=-hours))
			doc.reload().update({"status": "Offer Made"}).save()
		rows = self.get_rows(FUNNEL, "stage")
		self.assertAlmostEqual(rows["Open"]["days"], 2, places=2)
		self.assertIsNone(rows["Offer Made"]["days"])

	def test_days_so_far_are_those_of_the_ones_in_the_stage(self):
		set_values(factories.make_opportunity(), status_changed_on=days_ago(10))
		set_values(factories.make_opportunity(), status_changed_on=days_ago(20))
		make_closed()
		rows = self.get_rows(FUNNEL, "stage")
		self.assertEqual((rows["Open"]["days_so_far"], rows["Won"]["days_so_far"]), (15, None))

	def test_values_stand_where_they_belong(self):
		factories.make_opportunity(potential_value=1000, probability=30)
		make_closed("Won", potential_value=2000)
		make_closed("Lost", potential_value=4000)
		answer = self.run_report(FUNNEL)
		rows = {row["stage"]: row for row in answer.result}
		self.assertEqual(
			(rows["Open"]["value"], rows["Open"]["weighted"], rows["Open"]["won"]), (1000, 300, None)
		)
		self.assertEqual(
			(rows["Won"]["value"], rows["Won"]["weighted"], rows["Won"]["won"]), (2000, None, 900)
		)
		totals = self.get_totals(answer)
		self.assertEqual(
			[totals[name] for name in ("count", "value", "weighted", "won")], [3, 7000, 300, 900]
		)

	def test_the_day_of_opening_decides_also_for_what_was_closed_later(self):
		make_closed(days=10, opened_on=days_ago(40))
		rows = self.get_rows(FUNNEL, "stage", from_date=days_ago(45).date(), to_date=days_ago(35).date())
		self.assertEqual(rows["Won"]["count"], 1)
		self.assertEqual(self.run_report(FUNNEL, from_date=days_ago(30).date()).result, [])

	def test_a_correction_is_no_move(self):
		doc = factories.make_opportunity("Offer Made")
		doc.update({"region": personas.OTHER_REGION}).save()
		rows = self.get_rows(FUNNEL, "stage")
		self.assertEqual(rows["Offer Made"]["reached"], 1)
		self.assertIsNone(rows["Offer Made"]["days"])
