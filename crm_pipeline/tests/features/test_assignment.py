"""The stock engine carries routing out, beside rules made by hand; access ends with it (docs/routing.md)."""

import frappe
import frappe.share
from frappe.desk.form import assign_to

from crm_pipeline.api import opportunity as api
from crm_pipeline.api import routing as routing_api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import InputError
from crm_pipeline.routing import rule
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

ENGINEER, OTHER = personas.ENGINEER, personas.OTHER_ENGINEER


def get_todos(name: str, **filters) -> dict[str, str]:
	"""Return the status of each user's to-do."""
	filters.update(reference_type=OPPORTUNITY, reference_name=name)
	rows = frappe.get_all("ToDo", filters=filters, fields=["allocated_to", "status"])
	return {row.allocated_to: row.status for row in rows}


def may_read(name: str, user: str) -> bool:
	return bool(frappe.has_permission(OPPORTUNITY, "read", doc=name, user=user))


def make_rule(name: str, *users: str, **values):
	values = {
		"document_type": OPPORTUNITY,
		"description": "By hand",
		"assign_condition": "status == 'Open'",
		"rule": "Round Robin",
		"users": [{"user": user} for user in users],
		"assignment_days": [{"day": day} for day in rule.DAYS],
		**values,
	}
	return factories.make("Assignment Rule", name=name, **values)


def forget_rules() -> None:
	"""A rolled back rule must not stay in the engine's cached list."""
	from frappe.cache_manager import clear_doctype_map

	clear_doctype_map("Assignment Rule", OPPORTUNITY)
	clear_doctype_map("Assignment Rule", f"due_date_rules_for_{OPPORTUNITY}")


@site_only("the stock Assignment Rule engine")
class TestStockRule(PipelineTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.addCleanup(forget_rules)
		forget_rules()
		routing_api.set_up_routing()

	def test_it_is_made_once(self):
		self.assertEqual(routing_api.set_up_routing(), routing_api.set_up_routing())
		self.assertEqual(frappe.db.count("Assignment Rule", {"document_type": OPPORTUNITY}), 1)

	def test_only_managers_set_it_up(self):
		with as_user(ENGINEER), self.assertRaises(frappe.PermissionError):
			routing_api.set_up_routing()

	def test_the_engineer_gets_a_todo(self):
		doc = factories.make_opportunity()
		self.assertEqual(get_todos(doc.name), {ENGINEER: "Open"})

	def test_a_reassignment_moves_it_and_leaves_helpers_alone(self):
		doc = factories.make_opportunity()
		assign_to.add(
			{"doctype": OPPORTUNITY, "name": doc.name, "assign_to": [personas.APPLICATION_ENGINEER]}
		)
		doc.reload().update({"sales_engineer": OTHER}).save()
		self.assertEqual(
			get_todos(doc.name),
			{ENGINEER: "Cancelled", OTHER: "Open", personas.APPLICATION_ENGINEER: "Open"},
		)
		self.assertFalse(may_read(doc.name, ENGINEER))

	def test_closing_closes_it_and_reopening_reopens_the_engineers_alone(self):
		doc = factories.make_opportunity()
		assign_to.add({"doctype": OPPORTUNITY, "name": doc.name, "assign_to": [OTHER]})
		api.mark_lost(doc.name, [personas.REASON])
		self.assertEqual(get_todos(doc.name), {ENGINEER: "Closed", OTHER: "Cancelled"})
		api.reopen(doc.name, "They called again")
		self.assertEqual(get_todos(doc.name), {ENGINEER: "Open", OTHER: "Cancelled"})
		self.assertFalse(may_read(doc.name, OTHER))

	def test_a_todo_that_a_user_closed_stays_closed(self):
		doc = factories.make_opportunity()
		with as_user(ENGINEER):
			assign_to.close(OPPORTUNITY, doc.name, ENGINEER)
		doc.reload().update({"next_step": "Call"}).save()
		self.assertEqual(get_todos(doc.name, status="Open"), {})

	def test_saving_again_assigns_nothing_twice(self):
		doc = factories.make_opportunity()
		doc.reload().update({"next_step": "Call"}).save()
		api.make_offer(doc.name)
		self.assertEqual(frappe.db.count("ToDo", {"reference_name": doc.name}), 1)

	def test_a_rule_made_by_hand_assigns_a_helper(self):
		make_rule("By hand", OTHER)
		doc = factories.make_opportunity()
		self.assertEqual(get_todos(doc.name), {ENGINEER: "Open", OTHER: "Open"})
		self.assertEqual(doc.reload().sales_engineer, ENGINEER)

	def test_a_rule_made_by_hand_gives_an_engineer_to_a_record_without(self):
		frappe.get_doc("Pipeline Region", personas.REGION).update({"members": []}).save()
		make_rule("By hand", OTHER)
		doc = factories.new_opportunity(route_automatically=1).insert()
		self.assertEqual((doc.sales_engineer, doc.routed_by), (OTHER, "Assignment Rule By hand"))
		self.assertEqual(get_todos(doc.name), {OTHER: "Open"})

	def test_a_rule_that_fails_to_evaluate_blocks_no_save(self):
		make_rule("By hand", OTHER, assign_condition="no_such_field > 1")
		doc = factories.make_opportunity()
		self.assertEqual(get_todos(doc.name), {ENGINEER: "Open"})

	def test_a_rule_without_users_is_refused(self):
		with self.assertRefused(InputError, "has no users"):
			make_rule("By hand")

	def test_a_rule_with_a_disabled_user_is_refused(self):
		frappe.db.set_value("User", OTHER, "enabled", 0)
		with self.assertRefused(InputError, "is disabled"):
			make_rule("By hand", OTHER)


class TestWhoAssigns(PipelineTestCase):
	"""A to-do opens the record to its user, so making one is guarded."""

	def assertMayNotAssign(self, assigner: str, user: str, doc) -> None:
		todo = {
			"doctype": "ToDo",
			"description": "Mine",
			"reference_type": OPPORTUNITY,
			"reference_name": doc.name,
		}
		message = f"Only the sales engineer or a manager may assign {doc.name} to somebody."
		with as_user(assigner), self.assertRefused(frappe.PermissionError, message):
			frappe.get_doc({**todo, "allocated_to": user, "assigned_by": assigner}).insert()
		self.assertFalse(may_read(doc.name, user))

	def test_a_stranger_can_not_let_themselves_in(self):
		self.assertMayNotAssign(OTHER, OTHER, factories.make_opportunity())

	def test_a_helper_can_not_let_others_in(self):
		doc = factories.make_opportunity(application_engineer=OTHER)
		self.assertMayNotAssign(OTHER, personas.APPLICATION_ENGINEER, doc)

	def test_a_former_helper_can_not_reopen_the_todo(self):
		doc = factories.make_opportunity()
		assign_to.add({"doctype": OPPORTUNITY, "name": doc.name, "assign_to": [OTHER]})
		assign_to.remove(OPPORTUNITY, doc.name, OTHER)
		todo = frappe.get_doc("ToDo", {"reference_name": doc.name, "allocated_to": OTHER})
		with as_user(OTHER), self.assertRaises(frappe.PermissionError):
			todo.update({"status": "Open"}).save()

	def test_a_stranger_can_not_end_a_helpers_todo(self):
		doc = factories.make_opportunity()
		assign_to.add({"doctype": OPPORTUNITY, "name": doc.name, "assign_to": [OTHER]})
		message = f"Only who sees {doc.name} may end a to-do on it."
		with as_user(personas.OUTSIDER), self.assertRefused(frappe.PermissionError, message):
			assign_to.remove(OPPORTUNITY, doc.name, OTHER, ignore_permissions=True)
		self.assertTrue(may_read(doc.name, OTHER))

	def test_a_helper_ends_their_own(self):
		doc = factories.make_opportunity()
		assign_to.add({"doctype": OPPORTUNITY, "name": doc.name, "assign_to": [OTHER]})
		todo = frappe.get_doc("ToDo", {"reference_name": doc.name, "allocated_to": OTHER})
		with as_user(OTHER):
			todo.update({"status": "Closed"}).save()
		self.assertFalse(may_read(doc.name, OTHER))

	def test_a_todo_for_something_else_can_not_be_turned_round(self):
		doc = factories.make_opportunity()
		with as_user(OTHER):
			todo = frappe.get_doc({"doctype": "ToDo", "description": "Mine", "allocated_to": OTHER}).insert()
			with self.assertRaises(frappe.PermissionError):
				todo.update({"reference_type": OPPORTUNITY, "reference_name": doc.name}).save()

	def test_who_sees_it_may_ask_something_of_the_sales_engineer(self):
		doc = factories.make_opportunity(application_engineer=OTHER)
		todo = {"doctype": "ToDo", "description": "Please call", "reference_type": OPPORTUNITY}
		with as_user(OTHER):
			todo = frappe.get_doc(
				{**todo, "reference_name": doc.name, "allocated_to": ENGINEER, "assigned_by": OTHER}
			).insert()
		self.assertEqual(todo.status, "Open")

	def test_the_sales_engineer_may(self):
		doc = factories.make_opportunity()
		with as_user(ENGINEER):
			assign_to.add({"doctype": OPPORTUNITY, "name": doc.name, "assign_to": [OTHER]})
		self.assertTrue(may_read(doc.name, OTHER))


class TestShares(PipelineTestCase):
	def test_the_share_that_assigning_made_ends_with_the_todo(self):
		doc = factories.make_opportunity()
		assign_to.add({"doctype": OPPORTUNITY, "name": doc.name, "assign_to": [personas.OUTSIDER]})
		self.assertTrue(may_read(doc.name, personas.OUTSIDER))
		assign_to.remove(OPPORTUNITY, doc.name, personas.OUTSIDER)
		self.assertFalse(may_read(doc.name, personas.OUTSIDER))

	def test_deleting_the_todo_ends_it_too(self):
		doc = factories.make_opportunity()
		assign_to.add({"doctype": OPPORTUNITY, "name": doc.name, "assign_to": [personas.OUTSIDER]})
		todo = frappe.db.get_value("ToDo", {"reference_name": doc.name, "allocated_to": personas.OUTSIDER})
		frappe.delete_doc("ToDo", todo, ignore_permissions=True)
		self.assertFalse(may_read(doc.name, personas.OUTSIDER))

	def test_a_persons_own_share_stays(self):
		doc = factories.make_opportunity()
		frappe.share.add(OPPORTUNITY, doc.name, personas.OUTSIDER)
		assign_to.add({"doctype": OPPORTUNITY, "name": doc.name, "assign_to": [personas.OUTSIDER]})
		assign_to.remove(OPPORTUNITY, doc.name, personas.OUTSIDER)
		self.assertTrue(may_read(doc.name, personas.OUTSIDER))

	def test_a_share_taken_over_by_a_person_stays(self):
		doc = factories.make_opportunity()
		assign_to.add({"doctype": OPPORTUNITY, "name": doc.name, "assign_to": [personas.OUTSIDER]})
		frappe.share.add(OPPORTUNITY, doc.name, personas.OUTSIDER, write=1)
		assign_to.remove(OPPORTUNITY, doc.name, personas.OUTSIDER)
		self.assertTrue(may_read(doc.name, personas.OUTSIDER))
