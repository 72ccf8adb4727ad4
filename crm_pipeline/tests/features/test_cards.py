"""Number cards and charts: what they show is what the list behind them holds, for whoever looks."""

import json
from unittest.mock import patch

import frappe
from frappe.query_builder.functions import Max
from frappe.utils import add_days, getdate, now_datetime

from crm_pipeline.api.desk import get_card, get_slices
from crm_pipeline.constants import OPPORTUNITY, SETTINGS
from crm_pipeline.dashboard import charts, slices
from crm_pipeline.dashboard.cards import CARDS
from crm_pipeline.dashboard.charts import CHARTS, MOST_PARTS
from crm_pipeline.domain import periods
from crm_pipeline.exceptions import InputError
from crm_pipeline.reporting.charts import STILL
from crm_pipeline.tests import desk, factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

VIEWERS = (personas.MANAGER, personas.ENGINEER, personas.APPLICATION_ENGINEER)
STATUSES = ("Open", "Offer Made", "Won", "Lost", "Rejected")
MONEY_CHARTS = {"Pipeline Won Value by Month": "base_won_value"}


def make_pipeline() -> None:
	"""Make something for each card and chart: all stages, half of it another engineer's."""
	for status in STATUSES:
		factories.make_opportunity(status, application_engineer=personas.APPLICATION_ENGINEER)
		factories.make_opportunity(
			status, sales_engineer=personas.OTHER_ENGINEER, region=personas.OTHER_REGION, potential_value=7000
		)
	long_ago = add_days(now_datetime(), -60)
	for values in (
		{"next_contact_date": long_ago},
		{"status_changed_on": long_ago},
		{"awaiting_response_since": long_ago},
		{"needs_details": 1},
		{"sales_engineer": None},
	):
		name = factories.make_opportunity(sales_engineer=personas.OTHER_ENGINEER).name
		frappe.db.set_value(OPPORTUNITY, name, values, update_modified=False)


def look_up(options: dict, field: str | None) -> float:
	"""Return the length of the list that the options open, or the sum of one of its columns."""
	return desk.sum_list(options, field) if field else desk.count_list(options)


def read_card(definition: dict) -> dict:
	return frappe.get_attr(definition["method"])(filters=definition["filters_json"])


class FiguresTestCase(PipelineTestCase):
	"""All its tests share one pipeline."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		with as_user(personas.MANAGER):
			make_pipeline()

	def get_busiest_engineer(self) -> str:
		"""Return the one with most opportunities on the site, which may hold more than the test's."""
		[(engineer, _count)] = slices.count_by("sales_engineer", STATUSES, limit=1)
		return engineer


@site_only("number cards and report view of the desk")
class TestCards(FiguresTestCase):
	def setUp(self):
		super().setUp()
		self.cards = desk.get_definitions("number_card")

	def test_each_number_is_the_length_of_the_list_it_opens(self):
		for user in (*VIEWERS, self.get_busiest_engineer()):
			with as_user(user):
				for definition in self.cards:
					with self.subTest(f"{definition['name']} as {user}"):
						self.assert_matches_its_list(definition)

	def assert_matches_its_list(self, definition: dict):
		card = read_card(definition)
		field = CARDS[json.loads(definition["filters_json"])["card"]].field
		self.assertAlmostEqual(card["value"], look_up(card["route_options"], field), 2)
		self.assertEqual(list(card["route"]), ["List", OPPORTUNITY, "List"])

	def test_each_finds_something_for_a_manager(self):
		for definition in self.cards:
			self.assertGreater(read_card(definition)["value"], 0, definition["name"])

	def test_an_engineer_sees_the_own_numbers(self):
		frappe.set_user(personas.ENGINEER)
		expected = {
			"Open": 2,
			"Offers Out": 1,
			"New This Month": 5,
			"Won This Month": 1,
			"Lost This Month": 1,
			"Needs Details": 0,
			"Without Sales Engineer": 0,
			"Won Value This Quarter": 900,
		}
		for card, number in expected.items():
			self.assertEqual(get_card({"card": card})["value"], number, card)

	def test_an_empty_date_is_not_overdue(self):
		frappe.set_user(personas.ENGINEER)
		self.assertEqual(get_card({"card": "Overdue Contacts"})["value"], 0)

	def test_amounts_of_another_currency_are_left_out(self):
		before = get_card({"card": "Weighted Open Value"})
		other = factories.new_opportunity().company + " Abroad"
		frappe.get_doc(
			{"doctype": "Company", "name": other, "company_name": other, "default_currency": "USD"}
		).db_insert()
		doc = factories.make_opportunity()
		frappe.db.set_value(OPPORTUNITY, doc.name, {"company": other, "weighted_value": 5000})
		after = get_card({"card": "Weighted Open Value"})
		self.assertEqual(after["value"], before["value"])
		self.assertNotIn(other, after["route_options"][f"{OPPORTUNITY}.company"][1])
		self.assertNotIn(f"{OPPORTUNITY}.company", before["route_options"])

	def test_each_card_of_the_table_has_one_record(self):
		keys = [json.loads(definition["filters_json"])["card"] for definition in self.cards]
		self.assertEqual(sorted(keys), sorted(CARDS))

	def test_another_card_is_refused(self):
		with self.assertRefused(InputError, "There is no card Won Elsewhere."):
			get_card({"card": "Won Elsewhere"})
		for filters in ("{", "[]", "1", "{}"):
			with self.assertRaises(InputError):
				get_card(filters)

	def test_who_may_not_read_opportunities_sees_none(self):
		frappe.set_user(personas.OUTSIDER)
		with self.assertRaises(frappe.PermissionError):
			get_card({"card": "Open"})
		with self.assertRaises(frappe.PermissionError):
			get_slices("Pipeline by Stage")


class TestEdges(PipelineTestCase):
	def is_in(self, card: str, **values) -> bool:
		"""Tell whether the list behind a card holds an open opportunity with these values."""
		name = factories.make_opportunity().name
		frappe.db.set_value(OPPORTUNITY, name, values, update_modified=False)
		filters = slices.to_list({**CARDS[card].get_filters(), "name": ("=", name)})
		return bool(frappe.get_list(OPPORTUNITY, filters=filters))

	def test_stalled_is_what_has_not_moved_for_more_days_than_the_settings_say(self):
		days = frappe.db.get_single_value(SETTINGS, "stalled_after_days")
		self.assertFalse(self.is_in("Stalled", status_changed_on=add_days(now_datetime(), -days)))
		self.assertTrue(self.is_in("Stalled", status_changed_on=add_days(now_datetime(), -days - 1)))

	def test_overdue_is_a_contact_of_yesterday_and_not_of_today(self):
		self.assertFalse(self.is_in("Overdue Contacts", next_contact_date=now_datetime()))
		self.assertTrue(self.is_in("Overdue Contacts", next_contact_date=add_days(now_datetime(), -1)))


@site_only("number cards and report view of the desk")
class TestCharts(FiguresTestCase):
	def test_each_part_is_the_length_of_the_list_it_opens(self):
		self.assert_parts_match(VIEWERS)

	def test_so_it_is_with_deals_that_were_imported(self):
		"""Charts look back from the last closing on the site, however long ago that is."""
		opportunity = frappe.qb.DocType(OPPORTUNITY)
		last = (
			frappe.qb.from_(opportunity).select(Max(opportunity.closed_on)).where(opportunity.is_history == 1)
		)
		day = getdate(last.run()[0][0])
		with patch.object(charts, "_get_year", lambda: periods.look_back(None, None, day)):
			self.assert_parts_match(("Administrator", self.get_busiest_engineer()))

	def assert_parts_match(self, users: tuple[str, ...]):
		for user in users:
			with as_user(user):
				for name in CHARTS:
					with self.subTest(f"{name} as {user}"):
						self.assert_matches_its_lists(name)

	def assert_matches_its_lists(self, name: str):
		field = MONEY_CHARTS.get(name)
		for label, value, options in desk.get_parts(get_slices(name)):
			self.assertAlmostEqual(value, look_up(options, field), 2, label)

	def test_each_shows_something_to_a_manager(self):
		for name in CHARTS:
			self.assertTrue(any(value for _label, value, _options in desk.get_parts(get_slices(name))), name)

	def test_after_a_manager_an_engineer_sees_the_own_figures(self):
		for name in CHARTS:
			get_slices(name)
		frappe.set_user(personas.ENGINEER)
		figures = {
			name: {label: value for label, value, _options in desk.get_parts(get_slices(name)) if value}
			for name in CHARTS
		}
		self.assertEqual(figures["Pipeline by Stage"], dict.fromkeys(STATUSES, 1))
		self.assertEqual(figures["Pipeline by Region"], {personas.REGION: 2})
		self.assertEqual(figures["Pipeline by Sales Engineer"], {"Nikhil North": 2})
		self.assertEqual(figures["Pipeline by Product Line"], {personas.PRODUCT_LINE: 2})
		self.assertEqual(figures["Pipeline Lost Reasons"], {personas.REASON: 2})
		self.assertEqual(list(figures["Pipeline Won Value by Month"].values()), [900])

	def test_what_is_not_shown_on_its_own_stands_under_others(self):
		for number in range(MOST_PARTS + 2):
			region = factories.make_region(f"Testland {number}", parent_pipeline_region=personas.GROUP_REGION)
			factories.make_opportunity(region=region.name)
		frappe.set_user(personas.ENGINEER)
		parts = list(desk.get_parts(get_slices("Pipeline by Region")))
		self.assertEqual(len(parts), MOST_PARTS + 1)
		self.assertEqual(sum(value for _label, value, _options in parts), MOST_PARTS + 4)
		self.assertEqual(parts[-1][:2], ("Others", desk.count_list(parts[-1][2])))

	def test_equally_frequent_ones_keep_their_order(self):
		with patch.object(slices, "limit_to_visible", lambda query: query):
			top = slices.count_by("sales_engineer", STATUSES, limit=100)
		self.assertEqual(top, sorted(top, key=lambda pair: (-pair[1], pair[0].lower())))

	def test_zeros_alone_are_no_chart(self):
		frappe.set_user(personas.API_USER)  # a Sales User without an opportunity
		for name in CHARTS:
			self.assertEqual(get_slices(name), {}, name)

	def test_none_moves(self):
		for chart in desk.get_definitions("dashboard_chart"):
			self.assertLessEqual(STILL.items(), json.loads(chart["custom_options"]).items(), chart["name"])

	def test_none_is_of_a_kind_that_the_framework_caches_for_all(self):
		charts = desk.get_definitions("dashboard_chart")
		self.assertEqual({chart["name"] for chart in charts}, set(CHARTS))
		for chart in charts:
			self.assertEqual((chart["chart_type"], chart["source"]), ("Custom", "Pipeline Slices"))
			self.assertFalse(frappe.cache.get_value(f"chart-data:{chart['name']}"))

	def test_another_chart_is_refused(self):
		with self.assertRefused(InputError, "There is no chart Pipeline of Others."):
			get_slices("Pipeline of Others")
