"""Names come from one sequence: unique, with gaps, and nobody waits for anybody."""

import re
from unittest.mock import patch

import frappe
import frappe.client

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity import naming
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.connections import CommittedTestCase, Connection


def get_number(name: str) -> int:
	return int(name.rpartition("-")[2])


class TestNaming(PipelineTestCase):
	def test_a_name_has_the_year_and_a_number(self):
		year = frappe.utils.now_datetime().year
		self.assertRegex(factories.make_opportunity().name, re.compile(rf"^OPP-{year}-\d{{5,}}$"))

	def test_numbers_go_up(self):
		numbers = [get_number(factories.make_opportunity().name) for _ in range(3)]
		self.assertEqual(numbers, sorted(set(numbers)))

	def test_a_name_can_not_be_chosen(self):
		doc = factories.new_opportunity(name="OPP-0-1").insert()
		self.assertNotEqual(doc.name, "OPP-0-1")

	def test_a_name_can_not_be_chosen_by_amending(self):
		sent = {**factories.new_opportunity().as_dict(), "amended_from": "OPP-0-1"}
		self.assertFalse(frappe.client.insert(sent)["name"].startswith("OPP-0-1"))

	@site_only("Data Import")
	def test_a_name_can_not_be_chosen_by_data_import(self):
		row = {"name": "OPP-0-1", **factories.OPPORTUNITY_DEFAULTS}
		self.assertEqual(doors.run_data_import("Insert New Records", row), "")
		self.assertFalse(frappe.db.exists(OPPORTUNITY, "OPP-0-1"))

	def test_a_number_taken_back_is_not_given_again(self):
		frappe.db.savepoint("first")
		first = factories.make_opportunity().name
		frappe.db.rollback(save_point="first")
		self.assertGreater(get_number(factories.make_opportunity().name), get_number(first))

	def test_numbers_beyond_five_digits_go_on(self):
		with patch.object(naming, "get_next_val", side_effect=[99999, 100000]):
			names = [factories.make_opportunity().name for _ in range(2)]
		self.assertEqual([get_number(name) for name in names], [99999, 100000])
		self.assertTrue(names[1].endswith("-100000"))

	def test_a_migrate_starts_above_the_highest_name(self):
		with patch.object(naming, "get_next_val", return_value=987654):
			factories.make_opportunity()
		with (
			patch.object(naming, "create_sequence") as create,
			patch.object(naming, "set_next_val") as restart,
		):
			naming.set_up_sequence()
		self.assertTrue(create.call_args.kwargs["check_not_exists"])
		restart.assert_called_once_with(OPPORTUNITY, 987654, slug=naming.SLUG, is_val_used=True)


@site_only("two connections")
class TestParallelInserts(CommittedTestCase):
	def test_nobody_waits_for_an_insert_that_is_not_committed(self):
		def insert_impatiently():
			frappe.db.sql("set innodb_lock_wait_timeout = 1")
			return factories.make_opportunity().name

		first = factories.make_opportunity().name
		second = Connection(personas.ORG_ADMIN, insert_impatiently).wait()
		third = factories.make_opportunity().name
		self.assertLess(get_number(first), get_number(second))
		self.assertLess(get_number(second), get_number(third))

	def test_parallel_inserts_have_names_of_their_own(self):
		def insert_some():
			return [factories.make_opportunity().name for _ in range(5)]

		inserts = [Connection(personas.MANAGER, insert_some) for _ in range(3)]
		names = [name for insert in inserts for name in insert.wait()]
		self.assertEqual(len(set(names)), 15)
