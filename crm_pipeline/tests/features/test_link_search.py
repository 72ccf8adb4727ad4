"""What a link field to an opportunity offers: found by what it shows, newest first, and only what the user sees."""

import json
from unittest.mock import patch

import frappe
import frappe.share
from frappe.utils import add_to_date, now_datetime

from crm_pipeline import hooks
from crm_pipeline.access import search
from crm_pipeline.api import desk as desk_api
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.exceptions import InputError
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

TITLE = "Quillfeather spares"
WORD = "quillfeather"
FRAMEWORKS_OWN = "the framework's own link search"


def find(text: str, **options) -> list[str]:
	return [row[0] for row in desk_api.get_matches(OPPORTUNITY, text, **options)]


def make_row_of(count: int, **values) -> list[str]:
	"""Insert opportunities, each changed a minute before the one before it, and return their names."""
	names = [factories.make_opportunity(**values).name for _number in range(count)]
	for number, name in enumerate(names):
		changed_on = add_to_date(now_datetime(), minutes=-number)
		frappe.db.set_value(OPPORTUNITY, name, "modified", changed_on, update_modified=False)
	return names


class TestWhatItIsFoundBy(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.titled = factories.make_opportunity(title=TITLE).name

	def test_a_part_of_a_typed_title_in_any_case(self):
		for text in (TITLE, WORD, "LLFEATHER SP", " quillf "):
			self.assertEqual(find(text), [self.titled], text)

	def test_a_part_of_its_number(self):
		number = self.titled.rpartition("-")[2]
		self.assertIn(self.titled, find(number))

	def test_the_beginning_of_its_name_comes_before_what_mentions_it(self):
		mentioning = factories.make_opportunity(title=f"After {self.titled}").name
		self.assertEqual(find(self.titled), [self.titled, mentioning])

	def test_a_part_of_the_partys_name(self):
		name = factories.make_opportunity(party_name=personas.OTHER_CUSTOMER, title="Spares").name
		self.assertIn(name, find("ridge dai"))

	def test_a_customers_display_name_that_is_not_its_name(self):
		customer = factories.make_customer("Osric Mills").name
		frappe.db.set_value("Customer", customer, "customer_name", "Plover Textiles")
		name = factories.make_opportunity(party_name=customer, title="Spares").name
		self.assertEqual(find("lover text"), [name])

	def test_a_leads_name(self):
		lead = factories.make_lead("Wilhelmina Quagmire", title="Wilhelmina Quagmire").name
		name = factories.make_opportunity(opportunity_from="Lead", party_name=lead, title="Spares").name
		self.assertEqual(find("quagm"), [name])

	def test_a_party_whose_name_is_common(self):
		name = factories.make_opportunity(party_name=personas.OTHER_CUSTOMER, title="Spares").name
		with patch.object(search, "MOST_VALUES", 0):
			self.assertIn(name, find("ridge dai"))

	def test_whatever_else_the_list_of_matches_shows(self):
		name = factories.make_opportunity(
			"Offer Made", region=personas.OTHER_REGION, product_line=personas.OTHER_PRODUCT_LINE, title=TITLE
		).name
		for text in ("stland sou", "st valv", "er mad"):
			with self.subTest(text):
				self.assertIn(name, find(text, filters={"title": TITLE}))

	def test_nothing_typed_finds_the_latest(self):
		latest = factories.make_opportunity().name
		self.assertEqual(find("", page_length=2), [latest, self.titled])

	def test_odd_texts_are_no_error(self):
		for text in ("q" * 500, "'", '"', "\\", "`; drop table x", "🦆", "{0}", "(", "O'Neil\\%"):
			with self.subTest(text):
				self.assertEqual(find(text), [])

	def test_percent_and_underscore_stand_for_other_text_as_in_any_list(self):
		for text in ("quill%spares", "quillfeathe_ "):
			self.assertEqual(find(text), [self.titled], text)


class TestTheRowsFound(PipelineTestCase):
	def test_the_latest_change_comes_first(self):
		names = make_row_of(3, title=TITLE)
		self.assertEqual(find(WORD), names)

	def test_pages_hold_all_once(self):
		by_name = factories.make_opportunity(title="Spares").name
		by_title = make_row_of(4, title=f"After {by_name} of {personas.OTHER_CUSTOMER}")
		everything = [by_name, *by_title]
		self.assertEqual(find(by_name), everything)
		pages = [find(by_name, start=start, page_length=2) for start in (0, 2, 4, 6)]
		self.assertEqual(pages, [everything[:2], everything[2:4], everything[4:], []])

	def test_no_further_step_is_taken_once_enough_are_found(self):
		names = make_row_of(2, title=TITLE)
		with patch.object(search, "_get_values", side_effect=AssertionError):
			self.assertEqual(find("", page_length=2), names)
			self.assertEqual(find(names[0], page_length=1), names[:1])

	def test_a_record_that_two_steps_find_comes_once(self):
		names = make_row_of(3, title=f"For {personas.CUSTOMER}")
		self.assertEqual(find("Northwind Water", filters={"name": ["in", names]}), names)

	def test_a_length_below_one_means_the_usual_page(self):
		names = make_row_of(2, title=TITLE)
		for length in (0, -5):
			self.assertEqual(find(WORD, start=-1, page_length=length), names)

	def test_filters_of_the_link_field_hold_in_each_form(self):
		won, standing = (factories.make_opportunity(status, title=TITLE).name for status in ("Won", "Open"))
		filters = {"status": "Open", "name": ["in", [won, standing]]}
		as_list = [[OPPORTUNITY, "status", "=", "Open"], ["name", "in", [won, standing]]]
		for given in (filters, as_list, json.dumps(filters), json.dumps(as_list)):
			for text in (WORD, "", won[:8]):
				with self.subTest(given=given, text=text):
					self.assertEqual(find(text, filters=given), [standing])

	def test_rows_show_name_title_and_search_fields(self):
		name = factories.make_opportunity(title=TITLE).name
		shown = [name, TITLE, personas.CUSTOMER, personas.PRODUCT_LINE, personas.REGION, "Open"]
		self.assertEqual(desk_api.get_matches(OPPORTUNITY, WORD), [shown])
		(row,) = desk_api.get_matches(OPPORTUNITY, WORD, as_dict=True)
		self.assertEqual(list(row.values()), shown)
		self.assertEqual(row.party_display_name, personas.CUSTOMER)


class TestWhoFindsIt(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.name = factories.make_opportunity(
			title=TITLE, application_engineer=personas.APPLICATION_ENGINEER
		).name

	def assertFound(self, user: str, names: list[str]) -> None:
		with as_user(user):
			for text in (WORD, self.name, "Northwind", ""):
				with self.subTest(user=user, text=text):
					self.assertEqual(find(text, filters={"name": self.name}), names)

	def test_both_engineers_and_managers_do(self):
		finders = (personas.MANAGER, personas.ORG_ADMIN, personas.ENGINEER, personas.APPLICATION_ENGINEER)
		for user in finders:
			self.assertFound(user, [self.name])

	def test_another_engineer_does_once_it_is_shared(self):
		self.assertFound(personas.OTHER_ENGINEER, [])
		frappe.share.add(OPPORTUNITY, self.name, personas.OTHER_ENGINEER)
		self.assertFound(personas.OTHER_ENGINEER, [self.name])

	def test_another_engineer_does_while_helping(self):
		todo = factories.make(
			"ToDo",
			allocated_to=personas.OTHER_ENGINEER,
			reference_type=OPPORTUNITY,
			reference_name=self.name,
			description="Help",
		)
		self.assertFound(personas.OTHER_ENGINEER, [self.name])
		with as_user("Administrator"):
			todo.update({"status": "Closed"}).save()
		self.assertFound(personas.OTHER_ENGINEER, [])

	def test_who_may_read_none_finds_none(self):
		self.assertFound(personas.OUTSIDER, [])

	def test_it_searches_nothing_else(self):
		with self.assertRefused(InputError, "Customer can't be searched here."):
			desk_api.get_matches("Customer", personas.CUSTOMER)

	def test_whatever_is_under_the_visibility_rule_is_searched_by_it(self):
		ours = frappe.get_all("DocType", filters={"module": "CRM Pipeline"}, pluck="name")
		self.assertEqual(set(hooks.standard_queries), set(hooks.permission_query_conditions) & set(ours))


@site_only(FRAMEWORKS_OWN)
class TestTheFrameworksOwnSearch(PipelineTestCase):
	def setUp(self):
		super().setUp()
		rival = factories.make("Competitor", competitor_name="Rival Pumps").name
		rows = {
			"items": [{"item_code": personas.ITEM, "qty": 1, "rate": 100}],
			"competitors": [{"competitor": rival}],
		}
		self.doc = factories.make_opportunity("Lost", title=TITLE, **rows)

	def test_the_dropdown_looks_as_it_did_without_us(self):
		from frappe.desk.search import search_link

		ours = search_link(OPPORTUNITY, WORD)
		with patch.dict(frappe.get_hooks(), {"standard_queries": {}}):
			theirs = search_link(OPPORTUNITY, WORD)
		self.assertEqual(len(ours), 1)
		self.assertEqual(ours, theirs)

	def test_the_dialogs_of_the_desk_page_through_it(self):
		from frappe.desk.search import search_widget

		names = [self.doc.name, factories.make_opportunity(title=TITLE).name]
		pages = [search_widget(OPPORTUNITY, WORD, start=start, page_length=1) for start in (0, 1, 2)]
		self.assertEqual([row[0] for page in pages for row in page], names[::-1])
		rows = search_widget(OPPORTUNITY, WORD, as_dict=True, filters=json.dumps({"status": "Lost"}))
		self.assertEqual([row.name for row in rows], names[:1])

	def test_nobody_ignores_the_rule_by_asking_to_ignore_user_permissions(self):
		from frappe.desk.search import search_widget

		options = {"ignore_user_permissions": True, "reference_doctype": OPPORTUNITY}
		for doctype in hooks.standard_queries:
			field = {OPPORTUNITY: "name", AUDIT_LOG: "reference_name"}.get(doctype, "parent")
			filters = {field: self.doc.name}
			with self.subTest(doctype), as_user(personas.OTHER_ENGINEER):
				self.assertTrue(frappe.db.exists(doctype, filters))
				self.assertEqual(search_widget(doctype, "", filters=filters, **options), [])
		self.assertTrue(search_widget(AUDIT_LOG, self.doc.name, **options))

	def test_user_permissions_hold_too(self):
		from frappe.desk.search import search_link

		self.addCleanup(frappe.cache.hdel, "user_permissions", personas.ENGINEER)
		rule = {"user": personas.ENGINEER, "allow": "Customer", "for_value": personas.OTHER_CUSTOMER}
		with as_user(personas.ENGINEER):
			self.assertEqual(len(search_link(OPPORTUNITY, WORD)), 1)
		factories.make("User Permission", apply_to_all_doctypes=1, **rule)
		with as_user(personas.ENGINEER):
			self.assertEqual(search_link(OPPORTUNITY, WORD, ignore_user_permissions=True), [])
