"""Of two people at one record one wins, and the other is told who changed it to what."""

import os
import signal
import threading
from unittest.mock import patch

import frappe
import frappe.client

from crm_pipeline.api import opportunity as api
from crm_pipeline.audit import log
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import ConflictError, TransitionError
from crm_pipeline.record import locking
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.audit import get_events, get_problems
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.connections import CommittedTestCase, Connection, run_in_child
from crm_pipeline.tests.users import as_user


class TestOutdatedCopy(PipelineTestCase):
	def test_the_second_of_two_is_told_what_happened(self):
		doc = factories.make_opportunity()
		outdated = frappe.get_doc(OPPORTUNITY, doc.name)
		with as_user(personas.ENGINEER):
			api.make_offer(doc.name)
		with self.assertRaises(ConflictError) as refusal:
			outdated.update({"next_step": "Call"}).save()
		message = str(refusal.exception)
		self.assertTrue(message.startswith(f"{doc.name} was changed by Nikhil North on "), message)
		self.assertTrue(
			message.endswith(" while you were working on it; it is Offer Made now. Reload it and try again."),
			message,
		)

	def test_the_message_is_the_only_one(self):
		doc = factories.make_opportunity()
		sent = doc.as_dict()
		api.make_offer(doc.name)
		frappe.clear_messages()
		with self.assertRaises(ConflictError):
			frappe.client.save(sent)
		self.assertEqual(len(frappe.get_message_log()), 1)

	def test_rest_answers_409(self):
		doc = factories.make_opportunity()
		outdated = str(doc.modified)
		api.make_offer(doc.name)
		with self.assertRaises(frappe.ValidationError) as refusal:
			doors.put(doc.name, {"next_step": "Call", "modified": outdated})
		self.assertEqual(getattr(refusal.exception, "http_status_code", None), 409)

	def test_an_outdated_copy_closes_nothing(self):
		doc = factories.make_opportunity("Offer Made")
		outdated = frappe.get_doc(OPPORTUNITY, doc.name)
		api.mark_won(doc.name, 900)
		with self.assertRaises(ConflictError):
			outdated.update({"status": "Lost", **factories.OUTCOMES["Lost"]}).save()
		self.assertEqual(get_events(doc.name), ["Created", "Offer Made", "Won"])


@site_only("real locks")
class TestRace(CommittedTestCase):
	def make_committed(self, status: str = "Offer Made") -> str:
		name = factories.make_opportunity(status).name
		frappe.db.commit()
		return name

	def test_of_two_who_close_it_at_once_one_wins(self):
		name = self.make_committed()
		barrier = threading.Barrier(2)

		def close(function, *arguments):
			barrier.wait()
			return function(name, *arguments)

		contenders = [
			Connection(personas.ENGINEER, close, api.mark_won, 900),
			Connection(personas.MANAGER, close, api.mark_lost, [personas.REASON]),
		]
		for contender in contenders:
			contender.join()
		frappe.db.rollback()
		winner, loser = sorted(contenders, key=lambda contender: contender.error is not None)
		self.assertIsNone(winner.error)
		who, status = frappe.utils.get_fullname(winner.user), winner.result["status"]
		sentences = {
			TransitionError: f"It was set to {status} by {who}",
			ConflictError: f"{name} was changed by {who} on .* it is {status} now",
		}
		self.assertRegex(str(loser.error), sentences[type(loser.error)])
		self.assertEqual(len(get_events(name)), 3)
		self.assertEqual(get_problems(name), [])

	def test_whoever_waits_too_long_is_told(self):
		name = self.make_committed()

		def try_to_close():
			frappe.db.sql("set innodb_lock_wait_timeout = 1")
			api.mark_won(name, 900)

		locking.get_locked(name)
		with self.assertRefused(ConflictError, name):
			Connection(personas.ENGINEER, try_to_close).wait()

	def test_who_loads_it_through_the_framework_hears_that_others_are_at_work(self):
		name = self.make_committed()

		def load():
			frappe.db.sql("set innodb_lock_wait_timeout = 1")
			frappe.get_doc(OPPORTUNITY, name, for_update=True)

		locking.get_locked(name)
		with self.assertRefused(ConflictError, "Somebody else is changing the same records."):
			Connection(personas.ENGINEER, load).wait()

	def test_of_two_who_block_each_other_one_goes_on(self):
		names = [self.make_committed(), self.make_committed()]
		barrier = threading.Barrier(2)

		def lock_both(first, second):
			locking.get_locked(first)
			barrier.wait()
			locking.get_locked(second)

		blocked = [
			Connection(personas.MANAGER, lock_both, *names),
			Connection(personas.ORG_ADMIN, lock_both, *reversed(names)),
		]
		for connection in blocked:
			connection.join()
		errors = [connection.error for connection in blocked if connection.error]
		self.assertEqual([type(error) for error in errors], [ConflictError])

	def test_two_audited_changes_at_once_keep_one_chain(self):
		name = self.make_committed("Open")
		barrier = threading.Barrier(2)

		def change(fieldname, value):
			doc = frappe.get_doc(OPPORTUNITY, name)
			barrier.wait()
			doc.update({fieldname: value}).save()

		changes = [
			Connection(personas.MANAGER, change, "potential_value", 5),
			Connection(personas.ORG_ADMIN, change, "region", personas.OTHER_REGION),
		]
		for connection in changes:
			connection.join()
		frappe.db.rollback()
		errors = [connection.error for connection in changes if connection.error]
		self.assertEqual([type(error) for error in errors], [ConflictError])
		self.assertEqual(get_problems(name), [])


def die(*_arguments) -> None:
	os.kill(os.getpid(), signal.SIGKILL)


@site_only("a process of its own")
class TestKilledProcess(CommittedTestCase):
	def test_nothing_is_left_half_done(self):
		name = factories.make_opportunity("Offer Made").name
		frappe.db.commit()
		before = frappe.get_doc(OPPORTUNITY, name).as_dict()
		for place, step in (
			("before the record is written", (log, "plan_entries")),
			("before the log is written", (log, "write_entries")),
			("after the log is written", (frappe.db.__class__, "commit")),
		):
			with self.subTest(place):
				self.assertEqual(
					run_in_child(personas.ENGINEER, self.win_and_die, name, step), signal.SIGKILL
				)
				frappe.db.rollback()
				self.assertEqual(frappe.get_doc(OPPORTUNITY, name).as_dict(), before)
				self.assertEqual(get_events(name), ["Created", "Offer Made"])
				self.assertEqual(get_problems(name), [])

	def test_the_record_is_free_again(self):
		name = factories.make_opportunity("Offer Made").name
		frappe.db.commit()
		run_in_child(personas.ENGINEER, self.win_and_die, name, (log, "write_entries"))
		frappe.db.rollback()
		doors.save(name, {"status": "Won", "won_value": 900})
		self.assertEqual(get_events(name), ["Created", "Offer Made", "Won"])

	@staticmethod
	def win_and_die(name: str, step: tuple) -> None:
		with patch.object(*step, die):
			api.mark_won(name, 900)
			frappe.db.commit()
