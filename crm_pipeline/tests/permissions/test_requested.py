"""What a request names is read as the framework and the database understand it."""

from unittest import TestCase

from crm_pipeline.domain.requested import find_names, find_pairs, find_texts, fold

NAME = "OPP-2026-00012"


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
