"""An insert costs few statements, and no more for more items."""

import re
from collections import Counter
from unittest.mock import patch

import frappe

from crm_pipeline.constants import ITEM_ROW
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import site_only
from crm_pipeline.tests.connections import CommittedTestCase, Connection

BUDGET = 40


@site_only("the framework's own statements")
class TestStatementBudget(CommittedTestCase):
	def test_the_reference_record_stays_within_it(self):
		self.count_statements(items=3)  # fills the caches that requests share
		statements = self.count_statements(items=3)
		self.assertLessEqual(len(statements), BUDGET, "\n".join(statements))

	def test_another_item_costs_the_writing_of_its_row_and_nothing_else(self):
		self.count_statements(items=3)
		few, many = (Counter(map(get_start, self.count_statements(items=number))) for number in (3, 13))
		self.assertEqual(many - few, {f"INSERT INTO `tab{ITEM_ROW}`": 10})

	def count_statements(self, items: int) -> list[str]:
		return Connection(personas.MANAGER, insert_and_watch, items).wait()


def get_start(statement: str) -> str:
	"""Return the statement up to where its values begin."""
	return " ".join(re.split(r"['%(]|\d", statement)[0].split())


def insert_and_watch(number_of_items: int) -> list[str]:
	"""Insert the reference record in a fresh request and return the statements it took."""
	doc = factories.new_opportunity(
		opportunity_type=personas.OPPORTUNITY_TYPE,
		source=personas.SOURCE,
		currency="INR",
		sales_engineer=personas.ENGINEER,
		items=[{"item_code": personas.ITEM, "qty": 2, "uom": "Nos", "rate": 100}] * number_of_items,
	)
	statements = []
	run = frappe.db.sql

	def watch(query, *arguments, **keywords):
		statements.append(str(query))
		return run(query, *arguments, **keywords)

	with patch.object(frappe.db, "sql", watch):
		doc.insert()
	frappe.db.rollback()
	return statements
