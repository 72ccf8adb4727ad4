"""Section 13: an insert costs few statements, and no more for more items."""

from unittest.mock import patch

import frappe

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

	def test_items_of_one_unit_cost_no_statement_of_our_own(self):
		"""The framework itself writes each row and looks up its links."""
		few, many = (self.count_statements(items=number) for number in (3, 13))
		ours = [
			statement
			for statement in many
			if "Conversion" in statement or "Pipeline Product Line" in statement
		]
		self.assertEqual(len(ours), len([statement for statement in few if statement in ours]))

	def count_statements(self, items: int) -> list[str]:
		return Connection(personas.MANAGER, insert_and_watch, items).wait()


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
