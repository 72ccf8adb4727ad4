"""Two people at one record at the same moment: whoever comes second goes on, is told, or is tried again; nothing is lost."""

import itertools
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

import frappe
from frappe.desk.form import assign_to

from crm_pipeline.api import opportunity as api
from crm_pipeline.audit import key_break, log, redaction
from crm_pipeline.audit.trust import Trust
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY, SETTINGS
from crm_pipeline.exceptions import ClosedRecordError, ConflictError, TransitionError
from crm_pipeline.next_contact import reminders
from crm_pipeline.personal_data import erase
from crm_pipeline.record import transactions
from crm_pipeline.routing import hand_over
from crm_pipeline.tests import doors, factories, mails, personas
from crm_pipeline.tests.audit import get_events, get_log, get_problems, under_key
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.connections import CommittedTestCase, Connection
from crm_pipeline.tests.csv_files import commits_kept_in_test

RULES = (TransitionError, ClosedRecordError)


def comment(name: str) -> None:
	from frappe.desk.form.utils import add_comment

	add_comment(OPPORTUNITY, name, "Call them", frappe.session.user, "Cast")


def assign(name: str) -> None:
	assign_to.add({"doctype": OPPORTUNITY, "name": name, "assign_to": [personas.APPLICATION_ENGINEER]})


def take_off(name: str) -> None:
	assign_to.remove(OPPORTUNITY, name, personas.OTHER_ENGINEER)


def save(name: str) -> None:
	doors.save(name, {"next_step": "Call them", "next_contact_date": frappe.utils.add_days(None, 3)})


def lose(name: str) -> None:
	api.mark_lost(name, [personas.REASON])


def offer(name: str) -> None:
	api.make_offer(name)


def send(name: str) -> None:
	mails.send(name)


def wait(name: str) -> None:
	api.wait_for_customer(name)


def hand_over_to_another(name: str) -> None:
	hand_over.run(personas.ENGINEER, personas.OTHER_ENGINEER, [name], "Left")


DEEDS = (comment, assign, take_off, save, lose, offer, send, wait, hand_over_to_another)


def do_at_once(*deeds: tuple[Callable, ...]) -> list[Connection]:
	"""Do things (function, arguments) on a connection each; every one has read something before, as a request has."""
	barrier = threading.Barrier(len(deeds))

	def begin(function: Callable, *arguments):
		frappe.db.get_value(OPPORTUNITY, {}, "modified")
		barrier.wait()
		return function(*arguments)

	connections = [Connection(personas.MANAGER, begin, *deed) for deed in deeds]
	for connection in connections:
		connection.join(timeout=60)
	frappe.db.rollback()
	return connections


@site_only("real locks")
class TestAtOnce(CommittedTestCase):
	def make_committed(self, **values) -> str:
		name = factories.make_opportunity(**values).name
		assign_to.add({"doctype": OPPORTUNITY, "name": name, "assign_to": [personas.OTHER_ENGINEER]})
		frappe.db.commit()
		return name

	def test_any_two_deeds(self):
		for first, second in itertools.combinations_with_replacement(DEEDS, 2):
			if first is second is take_off:
				continue
			with self.subTest(f"{first.__name__} and {second.__name__}"):
				name = self.make_committed()
				connections = do_at_once((first, name), (second, name))
				refused = [connection for connection in connections if connection.error]
				self.assertLess(len(refused), 2, [connection.error for connection in refused])
				for connection in refused:
					self.assertIsInstance(connection.error, (ConflictError, *RULES))
					self.do_again(connection)
				self.assertEqual(get_problems(name), [])

	def test_accepted_wrinkle_two_who_end_one_to_do_meet_at_the_frameworks_own_document(self):
		name = self.make_committed()
		connections = do_at_once((take_off, name), (take_off, name))
		refused = [connection.error for connection in connections if connection.error]
		self.assertLess(len(refused), 2, refused)
		for error in refused:
			self.assertIsInstance(error, frappe.TimestampMismatchError | frappe.QueryDeadlockError)

	def do_again(self, connection: Connection) -> None:
		"""What was refused because of somebody else goes through now, unless a rule has something against it."""
		if isinstance(connection.error, ConflictError):
			with suppress(*RULES):
				Connection(connection.user, *connection.arguments).wait()

	def test_one_of_two_who_close_many_at_once_is_told_and_nothing_is_half_done(self):
		names = [self.make_committed() for _number in range(3)]
		close = (api.move_many, names, "Lost", [personas.REASON])
		connections = do_at_once(close, close)
		changed = [connection.result["changed"] for connection in connections if connection.result]
		for connection in connections:
			self.assertIsInstance(connection.error, ConflictError | None)
		self.assertEqual([name for part in changed for name in part], names)
		self.assertEqual(frappe.db.count(OPPORTUNITY, {"name": ("in", names), "status": "Lost"}), 3)

	def test_a_hand_over_moves_all_whoever_works_on_them_meanwhile(self):
		names = [self.make_committed() for _number in range(5)]
		job = (hand_over.run, personas.ENGINEER, personas.OTHER_ENGINEER, names, "Left")
		handing, working = do_at_once(job, (patiently, save, names[::-1]))
		self.assertIsNone(working.error)
		self.assertEqual(handing.wait(), {"moved": names, "refused": []})
		states = frappe.get_all(
			OPPORTUNITY, {"name": ("in", names)}, ["sales_engineer", "next_step"], as_list=True
		)
		self.assertEqual(set(states), {(personas.OTHER_ENGINEER, "Call them")})

	def test_a_reminder_comes_once_whoever_works_on_the_record_meanwhile(self):
		at = frappe.utils.now_datetime() + timedelta(minutes=10)
		names = [self.make_committed(next_contact_date=at) for _number in range(5)]
		job = (reminders.send_due, at + timedelta(hours=1))
		first, second, working = do_at_once(job, job, (patiently, comment, names))
		self.assertIsNone(working.error)
		self.assertEqual(first.wait() + second.wait(), 5)
		for name in names:
			bells = {
				"document_name": name,
				"for_user": personas.ENGINEER,
				"subject": ("like", "Next contact%"),
			}
			self.assertEqual(frappe.db.count("Notification Log", bells), 1)

	def make_lost(self, text: str) -> str:
		name = self.make_committed()
		api.mark_lost(name, [personas.REASON_WITH_DETAIL], text)
		frappe.db.commit()
		return name

	def test_one_entry_that_two_redact_has_one_tombstone(self):
		name = self.make_lost("Mr Smith was rude")
		deed = (redaction.redact, f"{name}-0002", "Asked for by Mr Smith")
		results = self.do_all(deed, deed)
		self.assertCountEqual(results, [True, False])
		self.assertEqual(get_events(name).count("Redacted"), 1)
		self.assertEqual(get_problems(name), [])

	def test_two_erasures_do_not_undo_each_other(self):
		people = ("ann.erased@example.com", "bob.erased@example.com")
		name = self.make_lost(" and ".join(people))
		self.do_all(*((erase.erase, person, "gone@example.invalid", "Asked to") for person in people))
		left = str([get_log(name), frappe.db.get_value(OPPORTUNITY, name, "outcome_detail")])
		for person in people:
			self.assertNotIn(person, left)
		self.assertEqual(get_problems(name), [])

	def test_a_key_break_is_accepted_once(self):
		self.addCleanup(remove_acceptances)
		with under_key("the old key"):
			name = self.make_committed()
		deed = (key_break.accept, "The key is lost")
		with patch.object(Trust, "began", None):
			connections = do_at_once(deed, deed)
			told = [str(connection.error) for connection in connections if connection.error]
			self.assertEqual(len(told), 1, told)
			self.assertRegex(told[0], "there is no key break to accept|Try again in a moment")
			self.assertEqual(get_problems(name), [])

	def do_all(self, *deeds: tuple[Callable, ...]) -> list:
		"""Do things at once, those again that were told of a conflict, and return what they returned."""
		results = []
		for connection in do_at_once(*deeds):
			if isinstance(connection.error, ConflictError):
				again = Connection(connection.user, *connection.arguments)
				results.append(again.wait())
			else:
				results.append(connection.wait())
		frappe.db.rollback()
		return results


def remove_acceptances() -> None:
	frappe.db.rollback()
	frappe.db.delete(AUDIT_LOG, {"reference_name": SETTINGS})
	log.remember_end_of_settings(0, "")
	frappe.db.commit()


class TestTriedAgain(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.tries = 0

	def run_alone(self, error: type[Exception], times: int) -> str:
		with commits_kept_in_test():
			return transactions.run_alone(self.fail, error, times)

	def fail(self, error: type[Exception], times: int) -> str:
		self.tries += 1
		factories.make_opportunity(title="Tried")
		if self.tries <= times:
			raise error
		return "done"

	def test_what_the_database_has_undone_is_done_again(self):
		result = self.run_alone(frappe.QueryDeadlockError, times=2)
		self.assertEqual((result, frappe.db.count(OPPORTUNITY, {"title": "Tried"})), ("done", 1))

	def test_but_not_for_ever(self):
		with self.assertRaises(frappe.QueryDeadlockError):
			self.run_alone(frappe.QueryDeadlockError, times=3)
		self.assertEqual((self.tries, frappe.db.count(OPPORTUNITY, {"title": "Tried"})), (3, 0))

	def test_what_a_rule_refuses_is_not(self):
		with self.assertRaises(TransitionError):
			self.run_alone(TransitionError, times=1)
		self.assertEqual((self.tries, frappe.db.count(OPPORTUNITY, {"title": "Tried"})), (1, 0))


def patiently(deed: Callable, names: list[str]) -> None:
	"""Do it with each record, again whenever one is told that somebody else was there."""
	for name in names:
		while True:
			try:
				deed(name)
				frappe.db.commit()
				break
			except ConflictError:
				frappe.db.rollback()
