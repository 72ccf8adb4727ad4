"""What a request says of a record's name and state is not believed: no door copies or takes over a hidden record."""

import json
from collections.abc import Callable

import frappe
import frappe.client

from crm_pipeline.constants import ITEM_ROW, OPPORTUNITY
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

STRANGER = personas.OTHER_ENGINEER
MARK = "Marzipan"
SECRET_FIELDS = ("title", "next_step", "notes", "potential_value", "customer", "party_name", "contact_email")


def patch_v2(name: str, values: dict):
	return doors.call_rest("PATCH", f"/api/v2/document/{OPPORTUNITY}/{name}", **values)


def put(name: str, values: dict):
	return doors.call_rest("PUT", f"/api/resource/{OPPORTUNITY}/{name}", **values)


def set_value(name: str, values: dict):
	return frappe.client.set_value(OPPORTUNITY, name, json.dumps(values)).as_dict()


def update_many(name: str, values: dict):
	"""`frappe.client.bulk_update` swallows refusals and commits."""
	with doors.own_transaction():
		result = frappe.client.bulk_update(json.dumps([{"doctype": OPPORTUNITY, "docname": name, **values}]))
	if result["failed_docs"]:
		raise frappe.ValidationError(result["failed_docs"][0]["exc"].splitlines()[-1])


def save(name: str, values: dict):
	doc = frappe.get_doc(OPPORTUNITY, name)
	return doc.update(values).save().as_dict()


DOORS: tuple[Callable, ...] = (put, set_value, doors.edit_in_bulk, update_many, save)
SITE_DOORS = (patch_v2,)
ANOTHER_STATE = (
	{"__islocal": 1, "sales_engineer": STRANGER},
	{"__islocal": True, "__unsaved": 1, "owner": STRANGER, "sales_engineer": STRANGER},
	{"name": "", "sales_engineer": STRANGER},
	{"name": None, "sales_engineer": STRANGER},
	{"name": 0, "sales_engineer": STRANGER},
	{"docstatus": 0, "creation": None, "__islocal": "1"},
)


class TestSmuggling(PipelineTestCase):
	doors = DOORS

	def setUp(self):
		super().setUp()
		self.hidden = factories.make_opportunity(
			sales_engineer=personas.ENGINEER, title=f"{MARK} title", next_step=f"{MARK} step"
		)
		self.own = factories.make_opportunity(sales_engineer=STRANGER, next_step="Call")
		self.before = self.get_all()

	def get_all(self) -> list:
		return frappe.get_all(
			OPPORTUNITY, fields=["name", "title", "next_step", "sales_engineer", "modified"], order_by="name"
		)

	def assertNothingComesOut(self, values: dict) -> None:
		for door in self.doors:
			with self.subTest(door=door.__name__, values=values):
				answer = None
				with as_user(STRANGER):
					try:
						answer = door(self.hidden.name, dict(values))
					except Exception as error:  # reason: whatever the door says no with
						answer = str(error)
				self.assertNotIn(MARK, frappe.as_json(answer))
				self.assertEqual(self.get_all(), self.before)

	def test_a_hidden_record_is_not_copied(self):
		for values in ANOTHER_STATE:
			self.assertNothingComesOut(values)

	def test_it_is_not_written_into_ones_own(self):
		own = json.loads(self.own.as_json())
		sent = {field: value for field, value in own.items() if field not in SECRET_FIELDS}
		self.assertNothingComesOut(sent)
		self.assertNothingComesOut({"name": self.own.name, "modified": str(self.own.modified)})

	def test_ones_own_record_is_no_way_round_either(self):
		with as_user(STRANGER), self.assertRaises(frappe.PermissionError):
			save(self.own.name, {"name": self.hidden.name, "modified": str(self.hidden.modified)})
		self.assertEqual(self.get_all(), self.before)


@site_only("version 2 of the framework's REST")
class TestSmugglingByVersion2(TestSmuggling):
	doors = SITE_DOORS


class TestRowsOfOthers(PipelineTestCase):
	def test_a_row_that_is_sent_with_anothers_name_is_a_new_one(self):
		items = [{"item_code": personas.ITEM, "qty": 1, "rate": 100}]
		hidden = factories.make_opportunity(sales_engineer=personas.ENGINEER, with_items=1, items=items)
		own = factories.make_opportunity(sales_engineer=STRANGER)
		row = hidden.items[0].name
		with as_user(STRANGER):
			values = {
				"with_items": 1,
				"items": [{"name": row, "item_code": personas.ITEM, "qty": 7, "rate": 1}],
			}
			save(own.name, values)
		self.assertEqual(frappe.db.get_value(ITEM_ROW, row, ["parent", "qty"]), (hidden.name, 1))
		(taken,) = frappe.get_doc(OPPORTUNITY, own.name).items
		self.assertEqual((taken.qty, taken.parent), (7, own.name))
		self.assertNotEqual(taken.name, row)
