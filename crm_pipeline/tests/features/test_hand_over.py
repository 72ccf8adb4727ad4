"""A manager hands the open opportunities of one user over, with a preview and a reason (docs/routing.md)."""

from unittest.mock import patch

import frappe
from frappe.desk.form import assign_to
from frappe.utils import add_days, now_datetime

from crm_pipeline.api import routing as routing_api
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.exceptions import ConflictError, InputError
from crm_pipeline.routing import hand_over
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.audit import get_events, get_problems
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.csv_files import commits_kept_in_test
from crm_pipeline.tests.users import as_user

ENGINEER, OTHER = personas.ENGINEER, personas.OTHER_ENGINEER


def run(names: list[str], to_user: str | None = OTHER) -> dict:
	with commits_kept_in_test():
		return hand_over.run(ENGINEER, to_user, names, "Parental leave")


def get_engineer(name: str) -> str:
	return frappe.db.get_value(OPPORTUNITY, name, "sales_engineer")


@site_only("hand over runs the desk's assignments and its bell")
class TestHandOver(PipelineTestCase):
	def test_a_preview_moves_nothing(self):
		doc = factories.make_opportunity()
		closed = factories.make_opportunity("Lost")
		names = [row.name for row in routing_api.preview_hand_over(ENGINEER)["opportunities"]]
		self.assertIn(doc.name, names)
		self.assertNotIn(closed.name, names)
		self.assertEqual(get_engineer(doc.name), ENGINEER)

	def test_open_ones_move_with_their_reason(self):
		doc, closed = factories.make_opportunity(), factories.make_opportunity("Lost")
		self.assertEqual(run([doc.name, closed.name])["moved"], [doc.name])
		self.assertEqual((get_engineer(doc.name), get_engineer(closed.name)), (OTHER, ENGINEER))
		self.assertEqual(get_events(doc.name), ["Created", "Reassigned"])
		reason = frappe.db.get_value(AUDIT_LOG, {"reference_name": doc.name, "event": "Reassigned"}, "reason")
		self.assertEqual(reason, "Parental leave")
		self.assertEqual(get_problems(doc.name), [])

	def test_running_it_again_moves_nothing_twice(self):
		doc = factories.make_opportunity()
		run([doc.name])
		self.assertEqual(run([doc.name])["moved"], [])
		self.assertEqual(get_events(doc.name), ["Created", "Reassigned"])

	def test_todos_go_along(self):
		doc = factories.make_opportunity()
		assign_to.add({"doctype": OPPORTUNITY, "name": doc.name, "assign_to": [ENGINEER]})
		run([doc.name])
		todo = {"reference_name": doc.name, "allocated_to": ENGINEER, "status": "Open"}
		self.assertFalse(frappe.db.exists("ToDo", todo))
		self.assertFalse(frappe.has_permission(OPPORTUNITY, "read", doc=doc.name, user=ENGINEER))

	def test_routing_takes_over_and_skips_who_leaves(self):
		members = [{"user": ENGINEER}, {"user": OTHER}]
		frappe.get_doc("Pipeline Region", personas.REGION).update({"members": members}).save()
		doc = factories.make_opportunity()
		run([doc.name], to_user=None)
		self.assertEqual(get_engineer(doc.name), OTHER)
		self.assertEqual(get_events(doc.name), ["Created", "Routed"])

	def test_an_application_engineer_is_followed_too(self):
		doc = factories.make_opportunity(sales_engineer=OTHER, application_engineer=ENGINEER)
		run([doc.name], to_user=personas.MANAGER)
		engineers = frappe.db.get_value(OPPORTUNITY, doc.name, ["sales_engineer", "application_engineer"])
		self.assertEqual(engineers, (OTHER, personas.MANAGER))

	def test_the_next_contact_goes_along(self):
		contact = {"next_contact_date": add_days(now_datetime(), 3), "next_contact_by": ENGINEER}
		led, helped = (
			factories.make_opportunity(**contact),
			factories.make_opportunity(sales_engineer=OTHER, application_engineer=ENGINEER, **contact),
		)
		run([led.name, helped.name], to_user=personas.MANAGER)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, led.name, "next_contact_by"), personas.MANAGER)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, helped.name, "next_contact_by"), OTHER)

	def test_the_manager_hears_the_result(self):
		doc = factories.make_opportunity()
		run([doc.name])
		subject = "Handed over from Nikhil North to Sunita South: 1 moved, 0 refused."
		self.assertTrue(
			frappe.db.exists("Notification Log", {"for_user": personas.MANAGER, "subject": subject})
		)


@site_only("hand over runs the desk's assignments and its bell")
class TestTrouble(PipelineTestCase):
	def run_with(self, errors: dict[str, list]) -> tuple[dict, list[str]]:
		"""Run a job over three records; each time it comes to one of `errors`, by position, the next of its errors is raised."""
		names = [factories.make_opportunity().name for _number in range(3)]
		waiting = {names[position]: list(given) for position, given in errors.items()}
		move = hand_over._move

		def move_or_raise(name, *arguments):
			if waiting.get(name):
				raise waiting[name].pop(0)
			return move(name, *arguments)

		with patch.object(hand_over, "_move", move_or_raise):
			return run(names), names

	def test_one_record_stops_no_other_and_is_reported_with_its_reason(self):
		result, names = self.run_with({1: [RuntimeError("Boom")]})
		self.assertEqual(result["moved"], [names[0], names[2]])
		((refused),) = result["refused"]
		self.assertEqual(refused["name"], names[1])
		filters = {"for_user": personas.MANAGER, "subject": ("like", "%: 2 moved, 1 refused.")}
		self.assertIn(names[1], frappe.db.get_value("Notification Log", filters, "email_content"))
		self.assertTrue(frappe.db.exists("Error Log", {"method": f"Handing Over: {names[1]}"}))

	def test_what_somebody_else_holds_is_tried_again_at_the_end(self):
		result, names = self.run_with({0: [ConflictError("Held")]})
		self.assertEqual(result, {"moved": [*names[1:], names[0]], "refused": []})
		self.assertEqual({get_engineer(name) for name in names}, {OTHER})

	def test_what_stays_held_is_reported_and_moved_by_the_next_job(self):
		result, names = self.run_with({0: [ConflictError("Held"), ConflictError("Still held")]})
		self.assertEqual(result["refused"], [{"name": names[0], "reason": "Still held"}])
		self.assertEqual(run(names), {"moved": [names[0]], "refused": []})

	def test_a_deadlock_is_tried_again_at_once(self):
		result, names = self.run_with({0: [frappe.QueryDeadlockError("Deadlock found")]})
		self.assertEqual(result["moved"], names)

	def test_a_second_job_of_one_user_waits_its_turn(self):
		names = [factories.make_opportunity().name for _number in range(2)]
		with patch("frappe.enqueue") as enqueue, patch.object(hand_over, "is_job_enqueued") as is_waiting:
			waiting = set()
			is_waiting.side_effect = waiting.__contains__
			routing_api.hand_over(ENGINEER, "Leave", OTHER, names[:1])
			waiting.add(enqueue.call_args.kwargs["job_id"])
			routing_api.hand_over(ENGINEER, "Leave", OTHER, names[1:])
			self.assertEqual(
				[call.kwargs["names"] for call in enqueue.call_args_list], [names[:1], names[1:]]
			)
			sentence = f"The same hand-over of {ENGINEER} is waiting already."
			with self.assertRefused(InputError, sentence):
				routing_api.hand_over(ENGINEER, "Leave", OTHER, names[:1])


@site_only("hand over runs the desk's assignments and its bell")
class TestRefused(PipelineTestCase):
	def test_nobody_is_handed_over_when_no_record_is_named(self):
		factories.make_opportunity(sales_engineer=ENGINEER)
		with as_user(personas.MANAGER):
			self.assertEqual(routing_api.preview_hand_over(ENGINEER, [])["opportunities"], [])
			self.assertEqual(routing_api.preview_hand_over(ENGINEER, "[]")["opportunities"], [])
			self.assertEqual(len(routing_api.preview_hand_over(ENGINEER)["opportunities"]), 1)

	def test_what_was_handed_over_before_is_counted(self):
		names = [factories.make_opportunity().name]
		run(names)
		run(names)
		filters = {
			"for_user": personas.MANAGER,
			"subject": ("like", "%0 moved, 0 refused. 1 had been handed over%"),
		}
		self.assertTrue(frappe.db.exists("Notification Log", filters))

	def test_names_and_users_that_are_none_are_refused_in_a_sentence(self):
		with as_user(personas.MANAGER):
			for names in ("[", '["a", 5]', [""], "[{}]"):
				with self.subTest(names), self.assertRaisesRegex(InputError, "no list of names"):
					routing_api.hand_over(ENGINEER, "Leave", OTHER, names)
			for user in ("nobody@example.com", "x" * 500):
				with self.subTest(user), self.assertRaisesRegex(InputError, "There is no user"):
					routing_api.hand_over(user, "Leave", OTHER)
			with self.assertRaisesRegex(InputError, "can't take over"):
				routing_api.hand_over(ENGINEER, "Leave", "nobody@example.com")

	def test_only_managers_hand_over(self):
		with as_user(ENGINEER):
			for call in (routing_api.preview_hand_over, routing_api.hand_over):
				arguments = {"from_user": ENGINEER} | (
					{"reason": "x"} if call is routing_api.hand_over else {}
				)
				with self.assertRaises(frappe.PermissionError):
					call(**arguments)

	def test_a_reason_is_needed(self):
		with self.assertRefused(InputError, "The reason is missing"):
			routing_api.hand_over(ENGINEER, " ", OTHER)

	def test_nobody_takes_over_who_can_not(self):
		for user in (ENGINEER, personas.OUTSIDER):
			with self.assertRefused(InputError, "can't take over"):
				routing_api.hand_over(ENGINEER, "Leave", user)


@site_only("hand over runs the desk's assignments and its bell")
class TestDisabling(PipelineTestCase):
	def test_whoever_disables_a_user_hears_of_open_opportunities(self):
		factories.make_opportunity()
		frappe.clear_messages()
		with as_user("Administrator"):
			frappe.get_doc("User", ENGINEER).update({"enabled": 0}).save()
		messages = " ".join(message["message"] for message in frappe.get_message_log())
		self.assertIn("Nikhil North was disabled with 1 open opportunities. Hand them over.", messages)
