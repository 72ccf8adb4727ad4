"""What other apps' hooks, Server Scripts and Notifications change goes through the rules too (docs/audit.md)."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import frappe
import frappe.client
from frappe.utils import add_days, now_datetime

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import ClosedRecordError, InputError, TransitionError
from crm_pipeline.routing import turns
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.audit import get_events, get_log, get_problems
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

EVENTS = ("before_insert", "before_validate", "validate", "before_save")


def act(doc, method=None) -> None:
	"""Stands for the hook of another app."""
	Acting.action(doc)


class Acting:
	action: Callable


@contextmanager
def another_app(event: str, action: Callable) -> Iterator[None]:
	hooks = {doctype: dict(events) for doctype, events in frappe.get_doc_hooks().items()}
	handlers = hooks.setdefault(OPPORTUNITY, {})
	handlers[event] = [*handlers.get(event, ()), f"{__name__}.act"]
	with (
		patch.object(frappe, "get_doc_hooks", return_value=hooks),
		patch.object(Acting, "action", action, create=True),
	):
		yield


class TestOtherApps(PipelineTestCase):
	def assert_clean(self, name: str) -> None:
		self.assertEqual(get_problems(name), [])

	def test_what_they_change_is_derived_from(self):
		for event in EVENTS:
			with self.subTest(event=event), another_app(event, lambda doc: doc.set("potential_value", 5000)):
				doc = factories.make_opportunity(potential_value=1000)
				stored = frappe.db.get_value(
					OPPORTUNITY, doc.name, ["potential_value", "base_potential_value", "weighted_value"]
				)
				self.assertEqual(tuple(stored), (5000, 5000, 5000 * doc.probability / 100))
				self.assertEqual(get_log(doc.name)[0].amount, 5000)
				self.assert_clean(doc.name)

	def test_the_same_for_a_saved_record(self):
		for event in EVENTS[1:]:
			doc = factories.make_opportunity(potential_value=1000)
			with self.subTest(event=event), another_app(event, lambda doc: doc.set("potential_value", 5000)):
				doc.update({"next_step": "Call"}).save()
				self.assertEqual((doc.base_potential_value, doc.next_step), (5000, "Call"))
				self.assertEqual(get_events(doc.name), ["Created", "Corrected"])
				self.assert_clean(doc.name)

	def test_rows_too(self):
		doc = factories.make_opportunity(items=[{"item_code": personas.ITEM, "qty": 2, "rate": 10}])

		def raise_rate(doc) -> None:
			doc.items[0].rate = 30

		with another_app("validate", raise_rate):
			doc.save()
		self.assertEqual((doc.items[0].amount, doc.items_total), (60, 60))
		with another_app(
			"validate", lambda doc: doc.append("items", {"item_code": personas.ITEM, "qty": 1, "rate": 5})
		):
			doc.save()
		self.assertEqual(doc.reload().items_total, 65)

	def test_a_status_is_never_theirs_to_set(self):
		def win(doc) -> None:
			doc.update({"status": "Won", "won_value": 10})

		doc = factories.make_opportunity()
		for event in EVENTS[1:]:
			with self.subTest(event=event), another_app(event, win):
				with self.assertRaisesRegex(TransitionError, "A new opportunity starts as Open"):
					factories.make_opportunity()
				with self.assertRaisesRegex(TransitionError, "cannot go from Open to Won"):
					doc.reload().save()
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "status"), "Open")

	def test_a_move_that_is_allowed_is_carried_out_whole(self):
		doc = factories.make_opportunity()
		with another_app("before_save", lambda doc: doc.set("status", "Offer Made")):
			doc.save()
		self.assertEqual(get_events(doc.name), ["Created", "Offer Made"])
		self.assertEqual(doc.reload().exits_open, 1)
		self.assert_clean(doc.name)

	def test_what_the_system_sets_is_refused_or_dropped(self):
		def close(doc) -> None:
			doc.closed_on = "2026-01-01 10:00:00"

		doc = factories.make_opportunity()
		for event in EVENTS[1:]:
			with self.subTest(event=event), another_app(event, close):
				self.assertFalse(factories.make_opportunity().closed_on)
				with self.assertRaisesRegex(InputError, "Closed On is set by the system"):
					doc.reload().save()

	def test_a_closed_record_stays_as_it_is(self):
		doc = factories.make_opportunity("Lost")
		for event in EVENTS[1:]:
			with (
				self.subTest(event=event),
				another_app(event, lambda doc: doc.set("city", "Delhi")),
				self.assertRaisesRegex(ClosedRecordError, "can't be changed to Delhi"),
			):
				doc.reload().save()

	def test_a_region_takes_one_turn(self):
		with (
			as_user(personas.MANAGER),
			another_app("validate", lambda doc: doc.set("next_step", "Call")),
			patch.object(turns, "take", return_value=0) as take,
		):
			factories.make_opportunity(route_automatically=1, sales_engineer=None)
		take.assert_called_once()

	def test_who_lays_validation_aside_is_ruled_all_the_same(self):
		doc = factories.make_opportunity()
		doc.flags.ignore_validate = True
		with self.assertRaisesRegex(TransitionError, "cannot go from Open to Won"):
			doc.update({"status": "Won", "won_value": 10}).save()

	def test_the_owner_stands(self):
		doc = factories.make_opportunity("Lost")
		with another_app("before_validate", lambda doc: doc.set("owner", personas.OUTSIDER)):
			doc.reload().save()
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "owner"), doc.owner)
		self.assertNotEqual(doc.owner, personas.OUTSIDER)


class TestDirectWrites(PipelineTestCase):
	def test_they_follow_the_rules(self):
		doc = factories.make_opportunity(potential_value=1000)
		doc.db_set("potential_value", 5000)
		self.assertEqual((doc.potential_value, doc.base_potential_value), (5000, 5000))
		doc.db_set({"status": "Offer Made", "next_step": "Call"})
		self.assertEqual(get_events(doc.name), ["Created", "Corrected", "Offer Made"])
		self.assertEqual(get_problems(doc.name), [])
		doc.save()

	def test_or_are_refused(self):
		doc = factories.make_opportunity()
		for values, error in (
			({"status": "Won"}, TransitionError),
			({"closed_on": now_datetime()}, InputError),
			({"region": "Atlantis"}, frappe.LinkValidationError),
		):
			with self.subTest(values=values), self.assertRaises(error):
				doc.reload().db_set(values)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "status"), "Open")

	def test_from_inside_a_save(self):
		with another_app("on_update", lambda doc: doc.db_set("next_step", "Call")):
			doc = factories.make_opportunity()
			self.assertEqual(doc.next_step, "Call")
			doc.update({"potential_value": 5000}).save()
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "next_step"), "Call")
		self.assertEqual(get_events(doc.name), ["Created", "Corrected"])
		self.assertEqual(get_problems(doc.name), [])

	def test_without_end(self):
		doc = factories.make_opportunity()
		with (
			another_app("on_update", lambda doc: doc.db_set("next_step", frappe.generate_hash())),
			self.assertRaisesRegex(InputError, "is written anew after each save"),
		):
			doc.save()

	def test_fields_of_the_site_are_its_own(self):
		doc = factories.make_opportunity("Lost")
		doc.db_set("_user_tags", ",hot")
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "_user_tags"), ",hot")
		self.assertEqual(get_events(doc.name), ["Created", "Lost"])


class TestIntent(PipelineTestCase):
	def test_a_move_to_where_it_is(self):
		doc = factories.make_opportunity()
		with (
			as_user(personas.MANAGER),
			self.assertRaisesRegex(TransitionError, "is already Open. It was set to Open by"),
		):
			api.reopen(doc.name, "They called again")

	@site_only("levels of permission")
	def test_what_the_framework_drops_is_refused(self):
		doc = factories.make_opportunity()
		values = {
			"doc_type": OPPORTUNITY,
			"doctype_or_field": "DocField",
			"property": "permlevel",
			"value": "1",
		}
		factories.make("Property Setter", field_name="status", property_type="Int", **values)
		self.addCleanup(frappe.clear_cache, doctype=OPPORTUNITY)
		self.addCleanup(
			frappe.db.delete, "Property Setter", {"doc_type": OPPORTUNITY, "property": "permlevel"}
		)
		frappe.clear_cache(doctype=OPPORTUNITY)
		with as_user(personas.ENGINEER), self.assertRaisesRegex(InputError, "You may not change Status"):
			api.make_offer(doc.name)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "status"), "Open")


class TestLateRefusals(PipelineTestCase):
	def test_a_save_that_is_refused_late_leaves_nothing_behind(self):
		doc = factories.make_opportunity()
		with self.assertRaisesRegex(InputError, "can't read"):
			doc.update(
				{"next_contact_by": personas.OUTSIDER, "next_contact_date": add_days(now_datetime(), 1)}
			).save()
		stored = frappe.db.get_value(OPPORTUNITY, doc.name, ["next_contact_by", "next_contact_date"])
		self.assertEqual(tuple(stored), (None, None))

	@site_only("the framework's own functions")
	def test_nor_does_the_framework_s_bulk_update(self):
		doc = factories.make_opportunity()
		change = {"doctype": OPPORTUNITY, "docname": doc.name, "next_contact_by": personas.OUTSIDER}
		change["next_contact_date"] = str(add_days(now_datetime(), 1))
		answer = frappe.client.bulk_update(json.dumps([change]))
		self.assertEqual(len(answer["failed_docs"]), 1)
		self.assertFalse(frappe.db.get_value(OPPORTUNITY, doc.name, "next_contact_by"))


@site_only("Notification and Server Script")
class TestSiteScripts(PipelineTestCase):
	def make(self, doctype: str, **values) -> None:
		"""Insert what the framework keeps in its caches, and see that it looks."""
		factories.make(doctype, **values)
		self.addCleanup(frappe.clear_cache)
		self.addCleanup(
			frappe.db.delete, doctype, {"name": values["name"]}
		)  # cleanups come before the rollback
		frappe.clear_cache()

	def test_a_notification_that_sets_a_property_of_a_new_record(self):
		self.make(
			"Notification",
			name="New enquiry",
			subject="New",
			document_type=OPPORTUNITY,
			channel="System Notification",
			message="New",
			enabled=1,
			event="New",
			set_property_after_alert="next_step",
			property_value="call within a day",
			recipients=[{"receiver_by_document_field": "sales_engineer"}],
		)
		count = frappe.db.count(OPPORTUNITY)
		date = add_days(now_datetime(), 1)
		doc = factories.make_opportunity(next_contact_date=date, title="Pumps")
		self.assertEqual(frappe.db.count(OPPORTUNITY), count + 1)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "next_step"), "call within a day")
		self.assertEqual(get_events(doc.name), ["Created"])
		self.assertEqual(get_problems(doc.name), [])
		self.assertTrue(frappe.db.get_value(OPPORTUNITY, doc.name, "next_contact_event"))
		self.assertFalse(frappe.db.exists("Error Log", {"reference_name": "New enquiry"}))

	def test_a_server_script(self):
		script = """
if doc.city == 'Delhi' and doc.potential_value == 1000:
    doc.potential_value = 5000
if doc.next_step == 'jump':
    doc.status = 'Won'
    doc.won_value = 10
"""
		values = {"script_type": "DocType Event", "reference_doctype": OPPORTUNITY, "script": script}
		with patch("frappe.utils.safe_exec.is_safe_exec_enabled", return_value=True):
			self.make("Server Script", name="Cast script", doctype_event="Before Save", **values)
			doc = factories.make_opportunity(city="Delhi", potential_value=1000, title="Pumps")
			self.assertEqual((doc.potential_value, doc.base_potential_value), (5000, 5000))
			with self.assertRaisesRegex(TransitionError, "cannot go from Open to Won"):
				doc.update({"next_step": "jump"}).save()
			with self.assertRaisesRegex(TransitionError, "A new opportunity starts as Open"):
				factories.make_opportunity(next_step="jump")
