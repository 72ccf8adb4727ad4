"""A value is the same in whatever form a client, a spreadsheet or the database writes it."""

from datetime import date, datetime

from crm_pipeline.record.changes import has_changed, is_same_value
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase


class TestSameValue(PipelineTestCase):
	def is_same(self, fieldname: str, value, saved) -> bool:
		doc, before = (factories.new_opportunity(**{fieldname: one}) for one in (value, saved))
		return is_same_value(doc, before, fieldname)

	def test_numbers_are_compared_by_nine_decimals(self):
		for value, saved, same in (
			("5", 5, True),
			("5.00", 5.0, True),
			(None, 0, True),
			(5.0000000001, 5, True),
			(5, 5.0000000001, True),
			(5.000000002, 5, False),
			(5, 6, False),
		):
			for fieldname in ("potential_value", "conversion_rate", "probability"):
				with self.subTest(f"{fieldname}: {value} {saved}"):
					self.assertEqual(self.is_same(fieldname, value, saved), same)

	def test_counts_and_ticks_are_numbers(self):
		for fieldname in ("audit_count", "route_automatically"):
			self.assertTrue(self.is_same(fieldname, "1", True))
			self.assertTrue(self.is_same(fieldname, "0", None))
			self.assertFalse(self.is_same(fieldname, "0", 1))

	def test_days_and_moments_are_compared_as_such(self):
		day, moment = date(2001, 3, 1), datetime(2001, 3, 1, 16, 30)
		self.assertTrue(self.is_same("expected_closing", datetime(2001, 3, 1), day))
		self.assertTrue(self.is_same("next_contact_date", "2001-03-01 16:30", moment))
		self.assertFalse(self.is_same("next_contact_date", "2001-03-01 16:31", moment))
		for value, saved in ((None, moment), (moment, None)):
			self.assertFalse(self.is_same("next_contact_date", value, saved))

	def test_an_empty_text_is_none(self):
		self.assertTrue(self.is_same("next_step", "", None))
		self.assertFalse(self.is_same("next_step", "Call", "Visit"))

	def test_tables_are_the_same_row_by_row(self):
		row, other = {"lost_reason": personas.REASON}, {"lost_reason": personas.REASON_FOR_LOST}
		for value, saved, same in (
			([row], [dict(row)], True),
			([], None, True),
			([row], [other], False),
			([row, other], [row], False),
			([row], [row, other], False),
			([row, other], [other, row], False),
		):
			with self.subTest(f"{value} {saved}"):
				self.assertEqual(self.is_same("lost_reasons", value, saved), same)

	def test_on_a_new_record_what_is_filled_has_changed(self):
		doc = factories.new_opportunity(next_step="Call")
		self.assertEqual([has_changed(doc, name) for name in ("next_step", "notes")], [True, False])
