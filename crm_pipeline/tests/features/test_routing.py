"""The region decides who gets an opportunity, and the record says why (docs/routing.md)."""

from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from crm_pipeline.api import opportunity as api
from crm_pipeline.api.routing import try_routing
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import routing
from crm_pipeline.exceptions import InputError
from crm_pipeline.routing import router
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.audit import get_events, get_problems
from crm_pipeline.tests.base import PipelineTestCase
from crm_pipeline.tests.users import as_user

ENGINEER, OTHER = personas.ENGINEER, personas.OTHER_ENGINEER


def set_members(*members: dict, region: str = personas.REGION, **values) -> None:
	with as_user("Administrator"):
		doc = frappe.get_doc("Pipeline Region", region)
		doc.update({**values, "members": list(members)}).save()


def make_routed(**overrides):
	return factories.new_opportunity(route_automatically=1, **overrides).insert()


class TestTurns(PipelineTestCase):
	def test_members_take_turns(self):
		set_members({"user": ENGINEER}, {"user": OTHER})
		engineers = [make_routed().sales_engineer for _turn in range(4)]
		self.assertEqual(engineers[:2], engineers[2:])
		self.assertEqual(set(engineers), {ENGINEER, OTHER})

	def test_twice_the_weight_takes_twice_the_turns(self):
		set_members({"user": ENGINEER, "weight": 2}, {"user": OTHER, "weight": 1})
		engineers = [make_routed().sales_engineer for _turn in range(6)]
		self.assertEqual((engineers.count(ENGINEER), engineers.count(OTHER)), (4, 2))

	def test_the_lighter_load_comes_first(self):
		set_members({"user": ENGINEER}, {"user": OTHER}, routing_method=routing.LOAD_BALANCING)
		for _number in range(3):
			factories.make_opportunity(sales_engineer=ENGINEER)
		self.assertEqual({make_routed().sales_engineer for _number in range(3)}, {OTHER})

	def test_a_preview_takes_no_turn(self):
		set_members({"user": ENGINEER}, {"user": OTHER})
		foreseen = [row["user"] for row in try_routing(personas.REGION, 3)]
		self.assertEqual([row["user"] for row in try_routing(personas.REGION, 3)], foreseen)
		self.assertEqual([make_routed().sales_engineer for _turn in range(3)], foreseen)

	def test_only_managers_try_routing(self):
		with as_user(ENGINEER), self.assertRaises(frappe.PermissionError):
			try_routing(personas.REGION)


class TestSkipped(PipelineTestCase):
	def assertSkipped(self, member: dict, why: str) -> None:
		set_members({"user": OTHER, **member}, {"user": ENGINEER})
		doc = make_routed()
		self.assertEqual(doc.sales_engineer, ENGINEER)
		self.assertIn(f"Skipped: Sunita South, {why}", doc.routing_explanation)

	def test_out_of_office(self):
		away = {"out_of_office_from": nowdate(), "out_of_office_to": add_days(nowdate(), 2)}
		self.assertSkipped(away, "out of office until")

	def test_out_of_office_on_its_last_day_too(self):
		away = {"out_of_office_from": add_days(nowdate(), -2), "out_of_office_to": nowdate()}
		self.assertSkipped(away, "out of office until")

	def test_not_yet_out_of_office(self):
		soon = {"out_of_office_from": add_days(nowdate(), 1), "out_of_office_to": add_days(nowdate(), 2)}
		set_members({"user": OTHER, **soon})
		self.assertEqual(make_routed().sales_engineer, OTHER)

	def test_back_in_the_office(self):
		back = {"out_of_office_from": add_days(nowdate(), -9), "out_of_office_to": add_days(nowdate(), -1)}
		set_members({"user": OTHER, **back})
		self.assertEqual(make_routed().sales_engineer, OTHER)

	def test_weight_zero(self):
		self.assertSkipped({"weight": 0}, "weight 0")

	def test_application_engineer(self):
		self.assertSkipped({"is_application_engineer": 1}, "application engineer")

	def test_disabled_user(self):
		frappe.db.set_value("User", OTHER, "enabled", 0)
		frappe.clear_document_cache("User", OTHER)
		self.assertSkipped({}, "disabled")

	def test_user_without_a_sales_role(self):
		set_members({"user": personas.OUTSIDER}, {"user": ENGINEER})
		doc = make_routed()
		self.assertEqual(doc.sales_engineer, ENGINEER)
		self.assertIn("without a sales role", doc.routing_explanation)


class TestNobodyAvailable(PipelineTestCase):
	def test_the_regions_manager_gets_it(self):
		set_members(sales_manager=personas.MANAGER)
		doc = make_routed()
		self.assertEqual(doc.sales_engineer, personas.MANAGER)
		self.assertIn(f"sales manager of {personas.REGION}", doc.routed_by)

	def test_or_the_parent_regions(self):
		set_members()
		frappe.db.set_value("Pipeline Region", personas.GROUP_REGION, "sales_manager", personas.MANAGER)
		frappe.clear_document_cache("Pipeline Region", personas.GROUP_REGION)
		self.assertEqual(make_routed().sales_engineer, personas.MANAGER)

	def test_or_it_stays_without_and_says_so(self):
		set_members()
		doc = make_routed()
		self.assertFalse(doc.sales_engineer)
		self.assertIn(f"nobody available in {personas.REGION} or above", doc.routing_explanation)

	def test_a_sales_engineer_keeps_what_nobody_else_takes(self):
		set_members()
		with as_user(personas.OTHER_ENGINEER):
			doc = make_routed()
			self.assertEqual(doc.sales_engineer, personas.OTHER_ENGINEER)
			self.assertIn("It stays with whoever made it.", doc.routing_explanation)
			frappe.get_doc(OPPORTUNITY, doc.name).update({"city": "Salem"}).save()
		self.assertEqual(get_problems(doc.name), [])

	def test_routing_trouble_never_blocks_a_save(self):
		with patch.object(router, "decide", side_effect=ZeroDivisionError):
			doc = make_routed()
		self.assertFalse(doc.sales_engineer)
		self.assertIn("routing failed", doc.routing_explanation)
		self.assertTrue(frappe.db.exists("Error Log", {"method": f"Routing of {doc.name} failed"}))


class TestWhenToRoute(PipelineTestCase):
	def test_an_eligible_creator_keeps_it(self):
		with as_user(OTHER):
			doc = factories.new_opportunity().insert()
		self.assertEqual((doc.sales_engineer, doc.route_automatically), (OTHER, 0))

	def test_a_creator_who_is_not_eligible_has_it_routed(self):
		with as_user(personas.ORG_ADMIN):
			doc = factories.new_opportunity().insert()
		self.assertEqual((doc.sales_engineer, doc.route_automatically), (ENGINEER, 1))

	def test_an_integration_has_it_routed_though_eligible(self):
		settings = frappe.get_doc("Pipeline Settings")
		settings.append("integration_users", {"user": personas.API_USER})
		settings.save()
		with as_user(personas.API_USER):
			doc = factories.new_opportunity().insert()
		self.assertEqual(doc.sales_engineer, ENGINEER)

	def test_somebody_named_by_a_manager_is_not_overruled(self):
		doc = make_routed(sales_engineer=OTHER)
		self.assertEqual(doc.sales_engineer, OTHER)

	def test_it_is_routed_once(self):
		doc = make_routed()
		first = doc.routed_on
		doc.update({"next_step": "Call"}).save()
		self.assertEqual(doc.reload().routed_on, first)

	def test_and_again_when_a_manager_asks(self):
		doc = make_routed()
		set_members({"user": OTHER})
		self.assertEqual(api.route_again(doc.name)["sales_engineer"], OTHER)
		self.assertEqual(get_events(doc.name), ["Created", "Routed", "Routed"])

	def test_an_engineer_can_not_route_again(self):
		doc = make_routed()
		with as_user(ENGINEER), self.assertRefused(frappe.PermissionError, "Only a manager may route"):
			api.route_again(doc.name)

	def test_the_creator_is_told_to_whom(self):
		with as_user(OTHER):
			frappe.clear_messages()
			doc = make_routed()
		messages = [message["message"] for message in frappe.get_message_log()]
		self.assertIn(f"{doc.name} was routed to Nikhil North.", messages)


class TestRegions(PipelineTestCase):
	def test_a_member_stands_in_it_once(self):
		with self.assertRefused(InputError, "is already a member"):
			set_members({"user": ENGINEER}, {"user": ENGINEER})

	def test_an_absence_ends_after_it_begins(self):
		away = {"out_of_office_from": nowdate(), "out_of_office_to": add_days(nowdate(), -1)}
		with self.assertRefused(InputError, "Swap the dates"):
			set_members({"user": ENGINEER, **away})

	def test_it_offers_the_methods_that_routing_knows(self):
		methods = frappe.get_meta("Pipeline Region").get_field("routing_method").options.split("\n")
		self.assertEqual(methods, [routing.ROUND_ROBIN, routing.LOAD_BALANCING])

	def test_a_group_finds_the_opportunities_of_its_descendants(self):
		doc = factories.make_opportunity()
		other = factories.make_opportunity(region=personas.OTHER_REGION)
		filters = {"region": ("descendants of (inclusive)", personas.GROUP_REGION)}
		found = frappe.get_list("Pipeline Opportunity", filters=filters, pluck="name", limit=0)
		self.assertLessEqual({doc.name, other.name}, set(found))
