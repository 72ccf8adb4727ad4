"""What the table can't say in one cell (docs/permissions.md)."""

import json

import frappe
import frappe.client
import frappe.share
from frappe.desk import reportview
from frappe.desk.form import assign_to

from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.domain.routing import RULE
from crm_pipeline.tests import doors as ways_in
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.permissions.doors import call_report_view
from crm_pipeline.tests.users import as_user


def get_visible(user: str, **filters) -> set[str]:
	with as_user(user):
		return set(frappe.get_list(OPPORTUNITY, filters=filters, pluck="name", limit_page_length=0))


class TestVisibility(PipelineTestCase):
	def test_list_and_count_agree_for_everybody(self):
		for engineer in (personas.ENGINEER, personas.ENGINEER, personas.OTHER_ENGINEER):
			factories.make_opportunity(sales_engineer=engineer)
		filters = json.dumps([[OPPORTUNITY, "party_name", "=", personas.CUSTOMER]])
		for user, expected in (
			(personas.ENGINEER, 2),
			(personas.OTHER_ENGINEER, 1),
			(personas.API_USER, 0),
			(personas.MANAGER, 3),
			(personas.ORG_ADMIN, 3),
		):
			with self.subTest(user):
				self.assertEqual(len(get_visible(user, party_name=personas.CUSTOMER)), expected)
				with as_user(user):
					self.assertEqual(call_report_view(reportview.get_count, filters=filters), expected)

	def test_a_record_seen_in_several_ways_is_listed_once(self):
		doc = factories.make_opportunity(application_engineer=personas.ENGINEER)
		assign_to.add({"assign_to": [personas.ENGINEER], "doctype": OPPORTUNITY, "name": doc.name})
		frappe.share.add(OPPORTUNITY, doc.name, personas.ENGINEER)
		with as_user(personas.ENGINEER):
			self.assertEqual(frappe.get_list(OPPORTUNITY, pluck="name"), [doc.name])

	def test_a_to_do_opens_the_record_whoever_made_it_but_routing(self):
		user, values = personas.API_USER, {"description": "Help", "reference_type": OPPORTUNITY}
		for rule, is_open in ((None, True), ("By Hand", True), (RULE, False)):
			name = factories.make_opportunity().name
			todo = factories.make("ToDo", **values, reference_name=name, allocated_to=user)
			frappe.db.set_value("ToDo", todo.name, "assignment_rule", rule)
			with self.subTest(rule):
				self.assertEqual(
					bool(frappe.has_permission(OPPORTUNITY, "read", doc=name, user=user)), is_open
				)
				self.assertEqual(name in get_visible(user), is_open)

	def test_its_creator_does_not_see_it_for_that(self):
		with as_user(personas.OTHER_ENGINEER):
			doc = factories.new_opportunity().insert()
		doc.reload().update({"sales_engineer": personas.ENGINEER}).save()
		self.assertEqual(doc.owner, personas.OTHER_ENGINEER)
		self.assertNotIn(doc.name, get_visible(personas.OTHER_ENGINEER))
		self.assertFalse(frappe.has_permission(OPPORTUNITY, "read", doc.name, user=personas.OTHER_ENGINEER))

	def test_claiming_in_the_request_to_be_its_engineer_does_not_help(self):
		doc = factories.make_opportunity()
		claim = {"sales_engineer": personas.OTHER_ENGINEER, "next_step": "Mine now"}
		for way_in in (ways_in.save_form, ways_in.put, ways_in.set_value, ways_in.save):
			with (
				self.subTest(way_in.__name__),
				as_user(personas.OTHER_ENGINEER),
				self.assertRaises(frappe.PermissionError),
			):
				way_in(doc.name, claim)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "sales_engineer"), personas.ENGINEER)

	def test_claiming_that_it_is_new_does_not_help(self):
		doc = factories.make_opportunity()
		with (
			as_user(personas.OTHER_ENGINEER),
			self.assertRaises((frappe.PermissionError, frappe.ValidationError)),
		):
			claim = {**json.loads(doc.as_json()), "__islocal": 1, "next_step": "Mine now"}
			frappe.get_doc(claim).check_permission("read")
			frappe.client.save(claim)
		self.assertFalse(frappe.db.get_value(OPPORTUNITY, doc.name, "next_step"))

	def test_a_share_with_everyone_is_a_share(self):
		doc = factories.make_opportunity()
		frappe.share.add(OPPORTUNITY, doc.name, everyone=1)
		self.assertIn(doc.name, get_visible(personas.OTHER_ENGINEER))

	@site_only("User Permissions")
	def test_user_permissions_apply_on_top(self):
		north = factories.make_opportunity(region=personas.REGION)
		south = factories.make_opportunity(region=personas.OTHER_REGION)
		factories.make(
			"User Permission", user=personas.ENGINEER, allow="Pipeline Region", for_value=personas.REGION
		)
		self.addCleanup(frappe.cache.hdel, "user_permissions", personas.ENGINEER)
		visible = get_visible(personas.ENGINEER)
		self.assertIn(north.name, visible)
		self.assertNotIn(south.name, visible)
		self.assertFalse(frappe.has_permission(OPPORTUNITY, "read", south.name, user=personas.ENGINEER))

	def test_a_name_with_quotes_and_wildcards_is_no_pattern(self):
		odd = factories.make_user("o'%_brien@example.com", "Sales User")
		own = factories.make_opportunity(sales_engineer=odd)
		factories.make_opportunity()
		self.assertEqual(get_visible(odd), {own.name})

	def test_a_plain_query_with_conditions_of_its_own_stays_limited(self):
		factories.make_opportunity(sales_engineer=personas.OTHER_ENGINEER)
		with as_user(personas.ENGINEER):
			found = frappe.get_list(
				OPPORTUNITY,
				filters={"name": "OPP-0"},
				or_filters={"party_name": personas.CUSTOMER, "status": "Open"},
			)
		self.assertEqual(found, [])


class TestHandOver(PipelineTestCase):
	def test_a_person_s_own_share_stays(self):
		doc = factories.make_opportunity()
		frappe.share.add(OPPORTUNITY, doc.name, personas.ENGINEER)
		ways_in.save(doc.name, {"sales_engineer": personas.OTHER_ENGINEER})
		self.assertIn(doc.name, get_visible(personas.ENGINEER))
		self.assertFalse(frappe.has_permission(OPPORTUNITY, "write", doc.name, user=personas.ENGINEER))

	def test_the_successor_sees_and_writes_at_once(self):
		doc = factories.make_opportunity()
		ways_in.save(doc.name, {"sales_engineer": personas.OTHER_ENGINEER})
		self.assertIn(doc.name, get_visible(personas.OTHER_ENGINEER))
		self.assertTrue(frappe.has_permission(OPPORTUNITY, "write", doc.name, user=personas.OTHER_ENGINEER))


class TestLogVisibility(PipelineTestCase):
	def test_the_log_of_a_deleted_record_is_for_managers(self):
		name = factories.make_opportunity().name
		frappe.delete_doc(OPPORTUNITY, name)
		entry = f"{name}-0001"
		for user, may_read in (
			(personas.ENGINEER, False),
			(personas.APPLICATION_ENGINEER, False),
			(personas.MANAGER, True),
			(personas.ORG_ADMIN, True),
		):
			with self.subTest(user), as_user(user):
				self.assertEqual(bool(frappe.has_permission(AUDIT_LOG, "read", entry)), may_read)
				self.assertEqual(bool(frappe.get_list(AUDIT_LOG, filters={"name": entry})), may_read)

	def test_entries_about_renamed_users_are_for_managers(self):
		from crm_pipeline.audit.log import log_rename

		log_rename("User", "rita.renamed@example.com", "rita.married@example.com", is_merge=False)
		with as_user(personas.ENGINEER):
			self.assertEqual(frappe.get_list(AUDIT_LOG, filters={"reference_doctype": "User"}), [])
		with as_user(personas.MANAGER):
			self.assertTrue(frappe.get_list(AUDIT_LOG, filters={"reference_doctype": "User"}))

	def test_outsiders_do_not_list_it(self):
		with as_user(personas.OUTSIDER), self.assertRaises(frappe.PermissionError):
			frappe.get_list(AUDIT_LOG)


class TestUnguardedDoors(PipelineTestCase):
	"""Doors of the framework that ask for no record permission: kept shut, or accepted as they are."""

	def test_global_search_and_link_titles_are_shut(self):
		for doctype in (OPPORTUNITY, AUDIT_LOG):
			meta = frappe.get_meta(doctype)
			self.assertFalse(meta.show_title_field_in_link or meta.get("show_name_in_global_search"))
			self.assertFalse([df.fieldname for df in meta.fields if df.in_global_search])

	def test_a_plain_count_counts_what_one_sees(self):
		factories.make_opportunity(sales_engineer=personas.OTHER_ENGINEER)
		for user, count in ((personas.ENGINEER, 0), (personas.OTHER_ENGINEER, 1), (personas.MANAGER, 1)):
			with self.subTest(user), as_user(user):
				filters = {"party_name": personas.CUSTOMER}
				self.assertEqual(frappe.client.get_count(OPPORTUNITY, filters), count)


class TestReadOnlyForm(PipelineTestCase):
	def test_whoever_may_only_read_opens_the_form_without_a_refusal(self):
		doc = factories.make_opportunity(application_engineer=personas.APPLICATION_ENGINEER)
		frappe.clear_messages()
		with as_user(personas.APPLICATION_ENGINEER):
			opened = frappe.get_doc(OPPORTUNITY, doc.name)
			opened.run_method("onload")
		self.assertEqual(opened.get("__onload").moves, [])
		self.assertEqual(frappe.get_message_log(), [])
