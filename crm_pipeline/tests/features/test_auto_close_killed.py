"""A worker that is killed while it closes leaves every record open or closed completely; the next goes on.

CRM_PIPELINE_KILLS=50 kills that often, over twenty times as many records.
"""

import os
import random
import subprocess
import sys
from unittest.mock import patch

import frappe
from frappe.utils import add_days, now_datetime

from crm_pipeline.api import routing as routing_api
from crm_pipeline.auto_close import plan as auto_close
from crm_pipeline.auto_close import run as auto_close_run
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.record.conflict import explain_conflict
from crm_pipeline.routing import rule
from crm_pipeline.tests import factories
from crm_pipeline.tests.audit import get_problems
from crm_pipeline.tests.auto_close_case import ON, change_settings, days_ago, get_contradictions
from crm_pipeline.tests.base import site_only
from crm_pipeline.tests.connections import CommittedTestCase, Connection

KILLS = int(os.environ.get("CRM_PIPELINE_KILLS", "3"))
RECORDS = 20 * KILLS if KILLS > 10 else 10 * KILLS
BATCH_SIZE = 5 if RECORDS < 100 else 10
LATEST_KILL = 0.25  # seconds after the worker said something
# a process of its own, as a worker is: it says when it begins and when it has finished a batch
WORKER = """
import sys
import frappe
from crm_pipeline.auto_close import plan, run
site, sites_path, plan.BATCH_SIZE = sys.argv[1], sys.argv[2], int(sys.argv[3])
frappe.init(site=site, sites_path=sites_path)
frappe.connect()
print("begin", flush=True)
run.run(lambda outcome: print("batch", flush=True))
"""


class CommittedAutoCloseTestCase(CommittedTestCase):
	"""Committed records that are due, each with the sales engineer's to-do and an event for a contact in the past."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.settings = frappe.get_doc("Pipeline Settings").as_dict()
		routing_api.set_up_routing()
		change_settings(**ON)
		frappe.db.commit()

	@classmethod
	def remove_committed(cls) -> None:
		frappe.db.rollback()
		change_settings(**{fieldname: cls.settings[fieldname] for fieldname in ON})
		if rule.RULE not in cls.resting_rules:
			rule.delete()
		frappe.db.commit()
		super().remove_committed()

	def setUp(self) -> None:
		super().setUp()
		self.made: list = []

	def undo_writes(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		for doc in self.made:
			remove_traces(doc)
		frappe.db.commit()
		super().undo_writes()

	def make_due(self, number: int) -> list[str]:
		tomorrow = add_days(now_datetime(), 1)
		docs = [factories.make_opportunity(next_contact_date=tomorrow) for _number in range(number)]
		names = [doc.name for doc in docs]
		self.made += docs
		values = {
			"awaiting_response_since": days_ago(20),
			"auto_close_warned_on": days_ago(5),
			"next_contact_date": days_ago(10),
		}
		frappe.db.set_value(OPPORTUNITY, {"name": ("in", names)}, values, update_modified=False)
		frappe.db.commit()
		return names

	def assertWhole(self, names: list[str]) -> int:
		"""Check every record and its log; return how many are closed."""
		frappe.db.rollback()
		self.assertEqual(get_contradictions(names), [])
		self.assertEqual(get_problems(*names), [])
		return frappe.db.count(OPPORTUNITY, {"name": ("in", names), "status": "Lost"})


def remove_traces(doc) -> None:
	"""Remove what a record leaves in documents of the framework."""
	todos = frappe.get_all("ToDo", filters={"reference_name": doc.name}, pluck="name")
	frappe.delete_doc("Event", doc.next_contact_event, force=True, ignore_missing=True)
	frappe.db.delete("Comment", {"reference_name": doc.name})
	frappe.db.delete("Notification Log", {"document_name": doc.name})
	frappe.db.delete("Version", {"docname": ("in", [doc.name, doc.next_contact_event, *todos])})


@site_only("a worker to kill")
class TestKilledWorker(CommittedAutoCloseTestCase):
	def test_every_record_is_open_or_closed_completely(self):
		names = self.make_due(RECORDS)
		chance = random.Random(RECORDS)
		struck, closed = 0, 0
		for _kill in range(KILLS):
			struck += self.kill_worker(chance.randrange(2), after=chance.uniform(0, LATEST_KILL))
			now_closed = self.assertWhole(names)
			self.assertGreaterEqual(now_closed, closed)
			closed = now_closed
		print(f"{struck} of {KILLS} kills struck while it closed; {closed} of {RECORDS} were closed by then")
		self.start_worker().communicate(timeout=120)
		self.assertEqual(self.assertWhole(names), RECORDS)
		self.assertGreater(struck, 0)

	def start_worker(self) -> subprocess.Popen:
		site = (frappe.local.site, os.path.abspath(frappe.local.sites_path), str(BATCH_SIZE))
		worker = subprocess.Popen([sys.executable, "-c", WORKER, *site], stdout=subprocess.PIPE, text=True)
		self.addCleanup(worker.kill)
		return worker

	def kill_worker(self, batches: int, after: float) -> bool:
		"""Kill a worker that many batches and seconds after it began; False if it was done by then."""
		worker = self.start_worker()
		for _line in range(1 + batches):
			worker.stdout.readline()
		try:
			worker.communicate(timeout=after)
		except subprocess.TimeoutExpired:
			worker.kill()
			worker.communicate()
		return worker.returncode < 0


@site_only("two connections")
class TestTwoRunsAtOnce(CommittedAutoCloseTestCase):
	def test_they_close_nothing_twice(self):
		names = self.make_due(12)
		runs = [Connection("Administrator", run_in_small_batches) for _run in range(2)]
		outcomes = [run.wait() for run in runs]
		self.assertEqual([outcome.failed for outcome in outcomes], [0, 0])
		closed = self.assertWhole(names)
		self.assertEqual(sum(outcome.closed for outcome in outcomes), closed)
		auto_close_run.run()
		self.assertEqual(self.assertWhole(names), len(names))

	def test_what_a_deadlock_has_undone_is_closed_record_by_record(self):
		names = self.make_due(3)
		close = auto_close_run._close
		deadlock = [frappe.QueryDeadlockError("Deadlock found")]

		def close_or_fail(doc, today):
			close(doc, today)
			if doc.name == names[1] and deadlock:
				with explain_conflict(doc.name):
					raise deadlock.pop()

		with patch.object(auto_close_run, "_close", close_or_fail):
			outcome = auto_close_run.run()
		self.assertEqual((outcome.closed, outcome.failed), (3, 0))
		self.assertEqual(self.assertWhole(names), 3)

	def test_what_somebody_holds_is_left_for_the_next_run(self):
		held, *others = self.make_due(3)
		frappe.db.get_value(OPPORTUNITY, held, for_update=True)
		self.assertEqual(Connection("Administrator", auto_close_run.run).wait().closed, len(others))
		frappe.db.rollback()
		self.assertEqual(auto_close_run.run().closed, 1)
		self.assertEqual(self.assertWhole([held, *others]), 3)


def run_in_small_batches() -> auto_close_run.Outcome:
	auto_close.BATCH_SIZE = 4
	try:
		return auto_close_run.run()
	finally:
		auto_close.BATCH_SIZE = 100
