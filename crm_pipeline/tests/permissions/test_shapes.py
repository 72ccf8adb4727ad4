"""The visibility rule has several shapes in SQL; whichever the database is asked with, the answer is the same."""

from itertools import combinations
from unittest.mock import patch

import frappe
from frappe.desk.form import assign_to

from crm_pipeline.access import grants, visibility
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.routing.rule import set_up_routing
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

USER = personas.ENGINEER
OTHER = personas.OTHER_ENGINEER


def make_own() -> str:
	return factories.make_opportunity(sales_engineer=USER).name


def make_supported() -> str:
	return factories.make_opportunity(sales_engineer=OTHER, application_engineer=USER).name


def make_helped() -> str:
	name = make_foreign()
	assign_to.add({"doctype": OPPORTUNITY, "name": name, "assign_to": [USER]})
	# assigning shares as well, which is a way of its own
	frappe.db.delete("DocShare", {"share_name": name, "user": USER})
	return name


def make_shared() -> str:
	name = make_foreign()
	frappe.share.add(OPPORTUNITY, name, USER)
	return name


def make_public() -> str:
	name = make_foreign()
	frappe.share.add(OPPORTUNITY, name, everyone=1)
	return name


def make_foreign() -> str:
	return factories.make_opportunity(sales_engineer=OTHER).name


MAKERS = {
	grants.SALES_ENGINEER: make_own,
	grants.APPLICATION_ENGINEER: make_supported,
	grants.ASSIGNED: make_helped,
	grants.SHARED: make_shared,
	grants.SHARED_WITH_EVERYONE: make_public,
}


class TestShapes(PipelineTestCase):
	def test_every_shape_shows_what_has_permission_allows(self):
		names = {way: make() for way, make in MAKERS.items()}
		make_foreign()
		everything = frappe.get_all(OPPORTUNITY, pluck="name")
		allowed = {name for name in everything if frappe.has_permission(OPPORTUNITY, "read", name, user=USER)}
		self.assertEqual(allowed, set(names.values()))
		for shape in (visibility._match_names, visibility._match_row_by_row):
			with (
				self.subTest(shape.__name__),
				patch.object(visibility, "_is_frequent", lambda *_args, shape=shape: "row" in shape.__name__),
			):
				self.assertEqual(self.get_listed(), allowed)

	def test_every_mixture_of_ways_is_complete(self):
		for size in range(len(MAKERS) + 1):
			for mixture in combinations(MAKERS, size):
				with self.subTest(mixture):
					frappe.db.savepoint("mixture")
					expected = {MAKERS[way]() for way in mixture}
					self.assertEqual(visibility._get_used_grants(USER), set(mixture))
					self.assertEqual(self.get_listed(), expected)
					frappe.db.rollback(save_point="mixture")

	def test_who_sees_only_their_own_is_asked_for_in_one_comparison(self):
		make_own()
		make_foreign()
		self.assertEqual(visibility.get_condition(USER), f"`tab{OPPORTUNITY}`.`sales_engineer` = '{USER}'")

	@site_only("the stock assignment engine makes the to-do")
	def test_the_to_do_that_routing_gives_the_sales_engineer_changes_nothing(self):
		with as_user(personas.MANAGER):
			set_up_routing()
		name = make_own()
		self.assertTrue(frappe.db.exists("ToDo", {"reference_name": name, "allocated_to": USER}))
		self.assertEqual(visibility._get_used_grants(USER), {grants.SALES_ENGINEER})

	@site_only("the stock assignment engine makes the to-do")
	def test_a_routed_to_do_given_to_somebody_else_is_theirs(self):
		with as_user(personas.MANAGER):
			set_up_routing()
		name = make_foreign()
		todo = frappe.get_doc("ToDo", {"reference_name": name, "allocated_to": OTHER})
		with as_user(personas.MANAGER):
			todo.update({"allocated_to": USER}).save()
		self.assertTrue(frappe.has_permission(OPPORTUNITY, "read", name, user=USER))
		self.assertEqual(self.get_listed(), {name})

	def test_a_to_do_or_share_on_an_own_record_adds_no_way(self):
		name = make_own()
		assign_to.add({"doctype": OPPORTUNITY, "name": name, "assign_to": [USER]})
		frappe.share.add(OPPORTUNITY, name, USER)
		self.assertEqual(visibility._get_used_grants(USER), {grants.SALES_ENGINEER})

	def test_who_has_many_of_the_latest_is_asked_for_row_by_row(self):
		make_own()
		make_supported()
		with patch.object(visibility, "FREQUENT", 1):
			self.assertIn("coalesce", visibility.get_condition(USER))
			self.assertEqual(len(self.get_listed()), 2)
		self.assertIn("select", visibility.get_condition(USER))

	def get_listed(self) -> set[str]:
		with as_user(USER):
			return set(frappe.get_list(OPPORTUNITY, pluck="name", limit_page_length=0))
