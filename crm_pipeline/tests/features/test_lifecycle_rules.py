"""What a stage carries, as rules on plain values."""

from unittest import TestCase

from crm_pipeline.domain import lifecycle


class TestOutcomeFields(TestCase):
	WON = {"won_value", "won_currency", "won_conversion_rate", "base_won_value", "sales_order"}
	LOSS = {"lost_reasons", "outcome_detail"}
	CLOSING = {"closed_on", "closed_by"}

	def test_each_stage_has_its_own_and_none_of_the_others(self):
		for status, foreign in (
			("Open", self.WON | self.LOSS | self.CLOSING),
			("Offer Made", self.WON | self.LOSS | self.CLOSING),
			("Won", self.LOSS),
			("Lost", self.WON),
			("Rejected", self.WON),
		):
			with self.subTest(status):
				self.assertEqual(lifecycle.get_foreign_outcome_fields(status), foreign)

	def test_a_reason_closes_what_it_applies_to(self):
		for applies_to, status, applies in (
			("Both", "Lost", True),
			("Both", "Rejected", True),
			("Lost", "Lost", True),
			("Lost", "Rejected", False),
		):
			with self.subTest(f"{applies_to}: {status}"):
				self.assertEqual(lifecycle.reason_applies(applies_to, status), applies)
