"""The list and its other views: columns, deep links, board, calendar, bulk actions, export."""

import json
import re
from unittest.mock import patch

import frappe
from frappe.utils import add_days, add_to_date, now_datetime

from crm_pipeline import hooks
from crm_pipeline.api import opportunity as api
from crm_pipeline.audit import log
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.dashboard import calendar, set_up
from crm_pipeline.domain.lifecycle import get_open_statuses
from crm_pipeline.exceptions import InputError
from crm_pipeline.tests import desk, factories, personas
from crm_pipeline.tests.audit import get_events
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

# docs/dashboard.md, "List"
COLUMNS = [
	"party_display_name",
	"region",
	"sales_engineer",
	"application_engineer",
	"product_line",
	"potential_value",
	"status",
	"opened_on",
]
DEEP_LINKS = ("status", "business_unit", "region", "sales_engineer")
LIST_SCRIPT = desk.MODULE / "doctype/pipeline_opportunity/pipeline_opportunity_list.js"


class TestColumns(PipelineTestCase):
	def test_they_stand_in_the_order_of_the_contract(self):
		shown = [df.fieldname for df in frappe.get_meta(OPPORTUNITY).fields if df.in_list_view]
		self.assertEqual(shown, [*COLUMNS, "next_contact_date"])

	def test_the_list_shows_them_in_this_order(self):
		table = re.search(r"const COLUMNS = {(.*?)}", LIST_SCRIPT.read_text(), re.DOTALL)[1]
		self.assertEqual(re.findall(r"^\t(\w+):", table, re.MULTILINE), [*COLUMNS, "next_contact_date"])

	def test_an_empty_selection_says_so(self):
		self.assertIn("No opportunities for this selection", LIST_SCRIPT.read_text())

	def test_every_deep_link_has_its_filter(self):
		for fieldname in DEEP_LINKS:
			self.assertTrue(frappe.get_meta(OPPORTUNITY).get_field(fieldname).in_standard_filter, fieldname)

	def test_a_link_to_a_group_of_regions_means_all_below_it(self):
		"""The list turns a filter on a DocType of `treeviews` into this condition."""
		names = {
			factories.make_opportunity(region=region).name
			for region in (personas.REGION, personas.OTHER_REGION)
		}
		self.assertIn("Pipeline Region", hooks.treeviews)
		condition = [[OPPORTUNITY, "region", "descendants of (inclusive)", personas.GROUP_REGION]]
		self.assertEqual(set(frappe.get_list(OPPORTUNITY, filters=condition, pluck="name")), names)


class TestBulkActions(PipelineTestCase):
	def test_each_row_ends_in_a_result(self):
		moved, standing, closed = (
			factories.make_opportunity(status) for status in ("Open", "Offer Made", "Lost")
		)
		result = api.move_many([moved.name, standing.name, closed.name], "Offer Made")
		self.assertEqual(result["changed"], [moved.name])
		reasons = {row["name"]: row["reason"] for row in result["refused"]}
		self.assertIn(f"{standing.name} is already Offer Made. It was set to", reasons[standing.name])
		self.assertIn(f"{closed.name} cannot go from Lost to Offer Made.", reasons[closed.name])

	def test_a_row_that_is_refused_after_it_was_written_stays_as_it_was(self):
		refused, moved = (factories.make_opportunity().name for _number in range(2))
		write_entries = log.write_entries

		def refuse_one(doc):
			write_entries(doc)
			if doc.name == refused:
				raise InputError("The log is full")

		with patch.object(log, "write_entries", refuse_one):
			result = api.move_many([refused, moved], "Offer Made")
		self.assertEqual(
			result, {"changed": [moved], "refused": [{"name": refused, "reason": "The log is full"}]}
		)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, refused, "status"), "Open")
		self.assertEqual((get_events(refused), get_events(moved)), (["Created"], ["Created", "Offer Made"]))


class TestCalendar(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.start, self.end = now_datetime(), add_days(now_datetime(), 30)
		self.own = self.make_contact(5)
		self.others = self.make_contact(6, sales_engineer=personas.OTHER_ENGINEER)

	def make_contact(self, days: int, status: str = "Open", **values) -> str:
		contact = {"next_contact_by": personas.MANAGER, "next_contact_date": add_days(now_datetime(), days)}
		return factories.make_opportunity(status, **contact, **values).name

	def get_names(self, filters: list | None = None) -> set[str]:
		events = calendar.get_events(str(self.start), str(self.end), json.dumps(filters or []))
		return {event.name for event in events} & {self.own, self.others, getattr(self, "extra", None)}

	def test_it_shows_the_next_contacts_that_the_user_sees(self):
		self.assertEqual(self.get_names(), {self.own, self.others})
		with as_user(personas.ENGINEER):
			self.assertEqual(self.get_names(), {self.own})

	def test_who_may_not_read_opportunities_is_refused(self):
		with as_user(personas.OUTSIDER), self.assertRaises(frappe.PermissionError):
			self.get_names()

	def test_what_lies_outside_and_what_has_no_date_is_left_out(self):
		self.extra = self.make_contact(31)
		self.assertNotIn(self.extra, self.get_names())
		self.extra = factories.make_opportunity().name
		self.assertNotIn(self.extra, self.get_names())

	def test_a_closed_one_is_left_out(self):
		self.extra = self.make_contact(7, "Lost")
		self.assertNotIn(self.extra, self.get_names())

	def test_it_keeps_to_the_filters_of_the_list(self):
		condition = [OPPORTUNITY, "sales_engineer", "=", personas.OTHER_ENGINEER]
		self.assertEqual(self.get_names([condition]), {self.others})

	def test_what_cannot_be_read_is_refused(self):
		for start, filters in (
			("someday", "[]"),
			(str(self.start), "[["),
			(str(self.start), '{"status": ["a", "b", "c"]}'),
		):
			with self.subTest(start=start, filters=filters), self.assertRaises(InputError):
				calendar.get_events(start, str(self.end), filters)

	@site_only("the desk's calendar")
	def test_dragging_one_moves_the_next_contact(self):
		from frappe.desk.calendar import update_event

		def drag(name: str, moment):
			moved = {"doctype": OPPORTUNITY, "name": name, "next_contact_date": str(moment)}
			field_map = {"start": "next_contact_date", "end": "next_contact_end"}
			update_event(json.dumps({**moved, "next_contact_end": str(moment)}), json.dumps(field_map))

		moment = add_days(now_datetime(), 9).replace(microsecond=0)
		with as_user(personas.ENGINEER):
			drag(self.own, moment)
			with self.assertRaises(frappe.PermissionError):
				drag(self.others, moment)
			with self.assertRaises(frappe.ValidationError):
				drag(self.own, add_days(now_datetime(), -9))
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, self.own, "next_contact_date"), moment)

	def test_each_contact_lasts_half_an_hour(self):
		filters = json.dumps([[OPPORTUNITY, "name", "=", self.own]])
		[event] = calendar.get_events(str(self.start), str(self.end), filters)
		self.assertEqual(event.next_contact_end, add_to_date(event.next_contact_date, minutes=30))


class TestBoard(PipelineTestCase):
	def setUp(self):
		super().setUp()
		with as_user("Administrator"):
			set_up.make_board()
			self.board = frappe.get_doc("Kanban Board", set_up.BOARD)

	def test_it_has_a_column_for_each_open_stage(self):
		self.assertEqual([column.column_name for column in self.board.columns], list(get_open_statuses()))
		self.assertEqual(self.board.field_name, "status")

	def test_it_holds_open_records_only_and_only_those_the_user_sees(self):
		for status in ("Open", "Offer Made", "Lost"):
			factories.make_opportunity(status)
			factories.make_opportunity(status, sales_engineer=personas.OTHER_ENGINEER)
		frappe.set_user(personas.ENGINEER)
		cards = frappe.get_list(
			OPPORTUNITY, filters=json.loads(self.board.filters), fields=["status", "sales_engineer"]
		)
		self.assertEqual({card.status for card in cards}, set(get_open_statuses()))
		self.assertEqual({card.sales_engineer for card in cards}, {personas.ENGINEER})

	def test_its_cards_show_fields_that_exist(self):
		for fieldname in json.loads(self.board.fields):
			self.assertTrue(frappe.get_meta(OPPORTUNITY).has_field(fieldname), fieldname)

	def test_what_an_admin_made_of_it_stays(self):
		with as_user("Administrator"):
			self.board.update({"show_labels": 0}).save()
			set_up.make_board()
		self.assertEqual(frappe.db.get_value("Kanban Board", set_up.BOARD, "show_labels"), 0)

	def test_uninstalling_takes_it_away(self):
		with as_user("Administrator"):
			set_up.delete_boards()
		self.assertFalse(frappe.db.exists("Kanban Board", set_up.BOARD))
		self.assertFalse(frappe.db.exists("Kanban Board Column", {"parent": set_up.BOARD}))


@site_only("export of the report view")
class TestExport(PipelineTestCase):
	def test_it_holds_what_the_user_sees(self):
		from crm_pipeline.tests.permissions import doors

		own = factories.make_opportunity()
		other = factories.make_opportunity(sales_engineer=personas.OTHER_ENGINEER)
		frappe.set_user(personas.ENGINEER)
		self.assertTrue(doors.export(own))
		self.assertFalse(doors.export(other))
