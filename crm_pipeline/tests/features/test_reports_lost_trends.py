"""Lost Opportunity Trends: why opportunities were lost or rejected, month by month."""

import unittest

from frappe.utils import nowdate

from crm_pipeline.domain import periods, shifts
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.reports import LOST_TRENDS, ReportTestCase, days_ago, make_closed

PRICE, COMPETITOR = personas.REASON, personas.REASON_FOR_LOST


def because(*reasons: str) -> list[dict]:
	return [{"lost_reason": reason} for reason in reasons]


class TestLostTrends(ReportTestCase):
	def test_a_row_is_a_month_a_reason_and_an_outcome(self):
		for reasons in (because(PRICE), because(PRICE), because(COMPETITOR)):
			make_closed("Lost", lost_reasons=reasons)
		make_closed("Rejected", days=100)
		make_closed("Won")
		rows = self.run_report(LOST_TRENDS).result
		self.assertEqual(
			[(row["month"], row["reason"], row["outcome"], row["count"]) for row in rows],
			[
				(f"{days_ago(100):%Y-%m}", PRICE, "Rejected", 1),
				(f"{days_ago(7):%Y-%m}", PRICE, "Lost", 2),
				(f"{days_ago(7):%Y-%m}", COMPETITOR, "Lost", 1),
			],
		)
		self.assertEqual([round(row["share"]) for row in rows], [100, 67, 33])

	def test_two_reasons_count_for_both_and_once_in_the_total(self):
		make_closed("Lost", lost_reasons=because(PRICE, COMPETITOR), potential_value=5000)
		answer = self.run_report(LOST_TRENDS)
		self.assertEqual(
			[(row["count"], row["share"], row["value"]) for row in answer.result], [(1, 100, 5000)] * 2
		)
		totals = self.get_totals(answer)
		self.assertEqual((totals["count"], totals["value"]), (1, 5000))

	def test_a_reason_given_twice_counts_once(self):
		doc = make_closed("Lost", lost_reasons=because(PRICE, COMPETITOR, PRICE))
		self.assertEqual([row.lost_reason for row in doc.lost_reasons], [PRICE, COMPETITOR])
		self.assertEqual([row["count"] for row in self.run_report(LOST_TRENDS).result], [1, 1])

	def test_the_month_is_that_of_closing(self):
		make_closed("Lost", days=100, opened_on=days_ago(190))
		(row,) = self.run_report(LOST_TRENDS).result
		self.assertEqual(row["month"], f"{days_ago(100):%Y-%m}")

	def test_one_outcome_can_be_chosen(self):
		make_closed("Lost")
		make_closed("Rejected")
		rows = self.run_report(LOST_TRENDS, outcome="Rejected").result
		self.assertEqual([row["outcome"] for row in rows], ["Rejected"])

	def test_a_reopened_opportunity_is_lost_no_more(self):
		doc = factories.make_opportunity("Lost")
		self.assertEqual(len(self.run_report(LOST_TRENDS).result), 1)
		doc.update({"status": "Open", "reopen_reason": "They called back"}).save()
		self.assertEqual(self.run_report(LOST_TRENDS).result, [])

	def test_a_shift_is_marked_also_when_a_reason_vanishes(self):
		months = [periods.add_months(days_ago(0).date(), -distance) for distance in (4, 3, 2, 1)]
		for month in months[:3]:
			self.lose(month, PRICE)
			self.lose(month, COMPETITOR)
		for _number in range(shifts.FEWEST_DEALS):
			self.lose(months[3], COMPETITOR)
		rows = self.run_report(LOST_TRENDS, from_date=months[0], to_date=nowdate()).result
		last = {row["reason"]: row for row in rows if row["month"] == f"{months[3]:%Y-%m}"}
		self.assertEqual(
			{reason: row["shift"] for reason, row in last.items()}, {COMPETITOR: "▲", PRICE: "▼"}
		)
		self.assertEqual((last[PRICE]["count"], last[PRICE]["mean_before"]), (0, 50))
		self.assertEqual([row["shift"] for row in rows if row not in last.values()], [""] * 6)

	def test_the_chart_stacks_the_reasons_per_month(self):
		make_closed("Lost", lost_reasons=because(PRICE))
		make_closed("Rejected", lost_reasons=because(PRICE))
		data = self.run_report(LOST_TRENDS, from_date=days_ago(7).replace(day=1).date()).chart["data"]
		self.assertEqual(
			data["datasets"][0], {"name": PRICE, "values": [2] + [0] * (len(data["labels"]) - 1)}
		)

	def lose(self, month, reason: str) -> None:
		closed_on = days_ago(0).replace(year=month.year, month=month.month, day=10)
		make_closed("Lost", lost_reasons=because(reason), opened_on=closed_on, closed_on=closed_on)


class TestTheRuleOfShifts(unittest.TestCase):
	BEFORE = ((10, 50), (10, 50), (10, 50))

	def test_a_clearly_larger_share_is_a_rise_and_a_smaller_one_a_fall(self):
		self.assertEqual(shifts.find_shift((*self.BEFORE, (20, 50))), 1)
		self.assertEqual(shifts.find_shift((*self.BEFORE, (1, 50))), -1)

	def test_three_months_before_are_needed(self):
		self.assertEqual(shifts.find_shift((*self.BEFORE[:2], (50, 50))), 0)
		self.assertEqual(shifts.find_shift(((0, 0), *self.BEFORE[:2], (50, 50))), 0)

	def test_ten_losses_are_needed(self):
		self.assertEqual(shifts.find_shift((*self.BEFORE, (9, 9))), 0)
		self.assertEqual(shifts.find_shift((*self.BEFORE, (10, 10))), 1)

	def test_less_than_ten_points_is_none(self):
		self.assertEqual(shifts.find_shift((*self.BEFORE, (299, 1000))), 0)
		self.assertEqual(shifts.find_shift((*self.BEFORE, (300, 1000))), 1)

	def test_nearly_ten_points_are_less_than_ten(self):
		before = ((500, 1000),) * 3
		self.assertEqual(shifts.find_shift((*before, (5995, 10000))), 0)
		self.assertEqual(shifts.find_shift((*before, (6000, 10000))), 1)

	def test_just_two_deviations_are_clear(self):
		before = ((5, 10),) * 3
		self.assertEqual(
			shifts.find_shift((*before, (12, 16))), 1
		)  # 4 more than the 8 expected, a deviation is 2

	def test_what_chance_may_do_is_none(self):
		self.assertEqual(shifts.find_shift((*self.BEFORE, (4, 10))), 0)  # 2 expected, a deviation is 1.3
		self.assertEqual(shifts.find_shift((*self.BEFORE, (5, 10))), 1)

	def test_a_reason_that_was_never_named_before_rises(self):
		self.assertEqual(shifts.find_shift(((0, 5), (0, 5), (0, 5), (2, 10))), 1)

	def test_a_month_without_losses_has_no_shift(self):
		self.assertEqual(shifts.find_shift((*self.BEFORE, (0, 0))), 0)
