"""What a request names is read as the framework and the database understand it."""

from unittest import TestCase

import frappe

from crm_pipeline.domain.requested import find_names, find_pairs, find_texts, fold
from crm_pipeline.tests.base import PipelineTestCase, site_only

NAME = "OPP-2026-00012"
WEIGHT = 4  # hex digits of a sign


class TestNames(TestCase):
	def test_every_spelling_that_the_database_takes_for_a_name(self):
		for text in (
			NAME,
			NAME.lower(),
			f"  {NAME}" + " " * 500,
			f"{NAME}\t\n",
			"ＯPP-2026-00012",
			"ÓPP-2026-0001２",
			"O\u200bPP-\u00ad2026-00012\ufeff",
			f"{NAME}\ud800",
			"O\u0301PP-2026-00012",
			"OPP-٢٠२६-০০๐1۲",
			"ͦPP-〢〇〢〦-〇〇0⓬",
			"OPP-2026ﹼ-00012",
		):
			with self.subTest(repr(text)):
				self.assertEqual(fold(text), NAME.lower())

	def test_every_form_that_the_framework_reads(self):
		for value in (
			NAME,
			[NAME],
			[[[NAME]]],
			{NAME: 1},
			f'["{NAME}"]',
			f' ["{NAME}"]',
			f'"{NAME}"',
			f'{{"{NAME}": 1}}',
			f'[{{"doctype": "x", "name": "{NAME}"}}]',
			{"docname": f'["{NAME}"]'},
			'["\\u004fPP-2026-00012"]',
			{"items": [NAME]},
			{"order": f'{{"Open": ["{NAME}"]}}'},
		):
			with self.subTest(value):
				self.assertIn(NAME, list(find_names(value)))

	def test_what_a_document_refers_to_is_not_what_is_named(self):
		for value in (
			{"pipeline_opportunity": NAME},
			f'{{"reference_name": "{NAME}"}}',
			None,
			5,
		):
			self.assertNotIn(NAME, list(find_names(value)))

	def test_texts_are_found_wherever_they_stand(self):
		value = {"chart": '{"filters_json": "[[\\"Quotation\\", \\"pipeline_opportunity.notes\\"]]"}'}
		self.assertIn("pipeline_opportunity.notes", list(find_texts(value)))

	def test_pairs_are_found_wherever_they_stand(self):
		value = {"docs": '[{"docname": {"notes": ["like", "%"]}}]', "filters": {"name": {"a": 1}}}
		pairs = list(find_pairs(value, frozenset({"filters"})))
		self.assertIn(("docname", {"notes": ["like", "%"]}), pairs)
		self.assertNotIn(("name", {"a": 1}), pairs)

	def test_broken_and_deep_input_is_a_text(self):
		for text in ("[", '{"a":', "[" * 100_000, '"', "\\" * 100_000):
			self.assertEqual(list(find_names(text)), [text])


@site_only("the database's own order of signs")
class TestEverySign(PipelineTestCase):
	def test_no_sign_is_read_otherwise_than_by_the_database(self):
		"""Each sign that the database takes for plain ones, or overlooks, is folded to just those."""
		weights = dict(
			frappe.db.sql(
				"""select seq, hex(weight_string(convert(char(seq using utf32) using utf8mb4) collate utf8mb4_unicode_ci))
				from seq_32_to_131071 where seq not between 0xd800 and 0xdfff"""
			)
		)
		plain = {weights[ord(sign)]: sign for sign in map(chr, range(32, 127)) if sign == sign.lower()}
		for sign, weight in weights.items():
			parts = [weight[place : place + WEIGHT] for place in range(0, len(weight), WEIGHT)]
			if all(part in plain for part in parts):
				taken_for = "".join(plain[part] for part in parts)
				self.assertEqual(fold(f"a{chr(sign)}a"), f"a{taken_for}a", hex(sign))
