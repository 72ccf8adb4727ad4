"""What closes along with a batch is left as closing by hand leaves it (docs/follow-up.md)."""

from unittest.mock import patch

import frappe
from frappe.desk.form import assign_to
from frappe.utils import add_days, now_datetime

from crm_pipeline.api import opportunity as api
from crm_pipeline.api import routing as routing_api
from crm_pipeline.auto_close import companions, listeners
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.routing import rule
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.audit import get_problems
from crm_pipeline.tests.auto_close_case import AutoCloseTestCase, days_ago, get_contradictions, get_status
from crm_pipeline.tests.base import site_only
from crm_pipeline.tests.users import as_user

HELPERS = (personas.APPLICATION_ENGINEER, personas.OUTSIDER)


def get_traces(name: str) -> dict:
	"""Return all that closing leaves around a record, without names and times."""
	record = frappe.db.get_value(OPPORTUNITY, name, ["next_contact_event", "_assign"], as_dict=True)
	about = {"reference_doctype": OPPORTUNITY, "reference_name": name}
	return {
		"todos": sorted(
			frappe.get_all(
				"ToDo",
				filters={"reference_name": name},
				fields=["allocated_to", "status", "modified_by"],
				as_list=True,
			)
		),
		"event": frappe.db.get_value("Event", record.next_contact_event, ["status", "modified_by"]),
		"assigned": frappe.parse_json(record._assign or "[]"),
		"shares": frappe.get_all("DocShare", filters={"share_name": name}, pluck="user"),
		"comments": sorted(
			frappe.get_all(
				"Comment",
				filters={**about, "comment_type": "Assignment Completed"},
				fields=["content", "comment_email", "comment_by", "subject"],
				as_list=True,
			)
		),
	}


@site_only("the stock Assignment Rule engine")
class TestCompanions(AutoCloseTestCase):
	def setUp(self) -> None:
		super().setUp()
		routing_api.set_up_routing()

	def make_due(self) -> str:
		"""Insert a due record with an event, the engineer's to-do, two helpers' and a share that assigning made."""
		doc = factories.make_opportunity(next_contact_date=add_days(now_datetime(), 1))
		for user in HELPERS:
			assign_to.add({"doctype": OPPORTUNITY, "name": doc.name, "assign_to": [user]})
		values = {
			"awaiting_response_since": days_ago(30),
			"auto_close_warned_on": days_ago(5),
			"next_contact_date": days_ago(20),
		}
		frappe.db.set_value(OPPORTUNITY, doc.name, values, update_modified=False)
		return doc.name

	def test_it_is_the_same_as_closing_by_hand(self):
		by_hand, by_job = self.make_due(), self.make_due()
		with as_user("Administrator"):
			api.mark_lost(by_hand, [personas.REASON])
		self.assertEqual(self.run_job().closed, 1)
		self.assertEqual(get_traces(by_job), get_traces(by_hand))
		self.assertEqual(get_traces(by_job)["event"], ("Closed", "Administrator"))
		self.assertEqual(get_problems(by_hand, by_job), [])
		for user in HELPERS[1:]:
			self.assertFalse(frappe.has_permission(OPPORTUNITY, "read", doc=by_job, user=user))

	def test_it_is_the_same_where_somebody_listens(self):
		name = self.make_due()
		with patch.object(companions, "is_listened_to", return_value=True):
			self.assertEqual(self.run_job().closed, 1)
		other = self.make_due()
		self.assertEqual(self.run_job().closed, 1)
		self.assertEqual(get_traces(name), get_traces(other))

	def test_reopening_gives_the_engineer_the_todo_back(self):
		name = self.make_due()
		self.run_job()
		api.reopen(name, "They called")
		todos = {user: status for user, status, _by in get_traces(name)["todos"]}
		self.assertEqual(todos, {personas.ENGINEER: "Open", **dict.fromkeys(HELPERS, "Cancelled")})

	def test_what_could_not_be_closed_keeps_its_todos_and_event(self):
		bad, good = self.make_due(), self.make_due()
		frappe.db.set_value(OPPORTUNITY, bad, "region", None, update_modified=False)
		outcome = self.run_job()
		self.assertEqual((outcome.closed, outcome.failed), (1, 1))
		traces = get_traces(bad)
		self.assertEqual({status for _user, status, _by in traces["todos"]}, {"Open"})
		self.assertEqual((traces["event"][0], len(traces["assigned"])), ("Open", 3))
		self.assertEqual(get_status(good), "Lost")

	def test_the_rest_of_a_batch_is_whole_too(self):
		names = [
			factories.make_opportunity(next_contact_date=add_days(now_datetime(), 1)).name for _n in range(3)
		]
		values = {"awaiting_response_since": days_ago(30), "auto_close_warned_on": days_ago(5)}
		values["next_contact_date"] = days_ago(20)
		frappe.db.set_value(OPPORTUNITY, {"name": ("in", names)}, values, update_modified=False)
		frappe.db.set_value(OPPORTUNITY, names[1], "region", None, update_modified=False)
		self.run_job()
		self.assertEqual(get_contradictions(names), [])
		self.assertEqual(get_problems(names[0], names[2]), [])
		self.assertEqual([kind for kind, _entry in get_problems(names[1])], ["Record differs from log"])

	def test_a_rule_that_an_admin_changed_decides_itself(self):
		stock = frappe.get_doc("Assignment Rule", rule.RULE)
		with as_user("Administrator"):
			stock.update({"close_condition": "False"}).save()
		name = self.make_due()
		self.run_job()
		self.assertEqual({status for _user, status, _by in get_traces(name)["todos"]}, {"Open"})
		self.assertEqual(get_status(name), "Lost")

	def test_an_event_shared_with_another_calendar_is_saved_one_by_one(self):
		name = self.make_due()
		event = frappe.db.get_value(OPPORTUNITY, name, "next_contact_event")
		frappe.db.set_value("Event", event, "sync_with_google_calendar", 1)
		docs = [frappe.get_doc(OPPORTUNITY, name)]
		self.assertEqual(companions.Companions(docs).events, set())

	def test_statements_per_record_do_not_grow_with_the_batch(self):
		for _number in range(4):
			self.make_due()
		statements = []
		run = frappe.db.sql

		def watch(query, *arguments, **keywords):
			statements.append(str(query))
			return run(query, *arguments, **keywords)

		with patch.object(frappe.db, "sql", watch):
			self.assertEqual(self.run_job().closed, 4)
		updates = [text for text in statements if text.startswith(("UPDATE `tabToDo`", "UPDATE `tabEvent`"))]
		self.assertEqual(len(updates), 3, "\n".join(updates))


@site_only("Notification, Server Script, Webhook and Workflow")
class TestListeners(AutoCloseTestCase):
	def test_our_own_hooks_do_not_count(self):
		with patch.object(listeners, "ACTORS", {}):
			self.assertFalse(listeners.is_listened_to("ToDo"))
			self.assertFalse(listeners.is_listened_to("Event"))

	def test_another_apps_hook_does(self):
		for key, heard in (("ToDo", ("ToDo",)), ("*", ("ToDo", "Event"))):
			hooks = {key: {"on_update": ["other_app.hooks.on_update"]}}
			with patch.object(frappe, "get_doc_hooks", return_value=hooks):
				doctypes = [doctype for doctype in ("ToDo", "Event") if listeners.is_listened_to(doctype)]
				self.assertEqual(doctypes, list(heard))

	def test_a_notification_does(self):
		self.assertFalse(frappe.db.exists("Notification", {"document_type": "ToDo", "enabled": 1}))
		values = {
			"subject": "Done",
			"document_type": "ToDo",
			"event": "Save",
			"channel": "System Notification",
		}
		factories.make("Notification", name="Cast Notification", enabled=1, message="Done", **values)
		self.assertTrue(listeners.is_listened_to("ToDo"))
