"""Saves that are killed, and saves that meet: nothing is half done, and who comes second is told so in a sentence."""

from __future__ import annotations

import json
import os
import signal
import time
import unittest
from collections.abc import Callable
from random import Random
from typing import ClassVar

import frappe

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from proofs.proof import Proof
from proofs.site_life.actions import working
from proofs.site_life.checks import check_audit, check_reports
from proofs.site_life.life import Life, NotNow

WRITERS = 20
LONGEST = 4  # seconds that a process works before it is killed
# connections of the process that one comes from: thrown away, they would be ended for it
INHERITED: list = []


class OnCopy(Proof):
	"""What is done here is done for good, on a copy of the site with the sample data."""

	needs_site = True
	life: ClassVar[Life]

	@classmethod
	def setUpClass(cls) -> None:
		unittest.TestCase.setUpClass.__func__(cls)
		cls.life = Life(frappe.local.site, 0)
		cls.life.begin()
		cls.life.run_bench("crm-pipeline", "demo")

	@classmethod
	def tearDownClass(cls) -> None:
		cls.life.end()

	def setUp(self) -> None:
		"""Nothing is undone."""
		frappe.set_user("Administrator")
		self.life.random = self.random

	def assert_whole(self) -> None:
		frappe.db.rollback()  # reason: reads what the others have written
		self.assertEqual([*check_audit(self.life), *check_reports(self.life)], [])


class KilledSaves(OnCopy):
	"""A process works for some seconds and is killed, at any moment. One step is one kill."""

	steps = 50

	def runTest(self) -> None:
		worker = fork(lambda: keep_working(self.life, self.random))
		time.sleep(self.random.uniform(0.2, LONGEST))
		os.kill(worker, signal.SIGKILL)
		os.waitpid(worker, 0)
		self.assert_whole()


class RacingWriters(OnCopy):
	"""Twenty processes close the same record, each in its way. One step is one race."""

	steps = 10

	def runTest(self) -> None:
		name = self.life.pick(OPPORTUNITY, status="Open")
		reasons = frappe.get_all(
			"Pipeline Lost Reason", {"applies_to": ("in", ["Both", "Lost"])}, pluck="name"
		)
		start = time.time() + 1.5
		told = run_at_once(start, [lambda: api.mark_lost(name, [reasons[0]], "Gone")] * WRITERS)
		winners = [sentence for sentence in told if sentence == ""]
		self.assertEqual(len(winners), 1, told)
		for sentence in told:
			self.assertNotIn("Traceback", sentence)
		self.assert_whole()


def keep_working(life: Life, random: Random) -> None:
	life.random = random
	while True:
		job = random.choice(working.WORK)
		try:
			job(life)
			frappe.db.commit()
		except (NotNow, frappe.ValidationError):
			frappe.db.rollback()


def run_at_once(start: float, actions: list[Callable]) -> list[str]:
	"""Let each action run in a process of its own; return what each was told: nothing, a sentence, or a traceback."""
	pipes = []
	for action in actions:
		reader, writer = os.pipe()
		fork(lambda action=action, writer=writer: tell(start, action, writer))
		os.close(writer)
		pipes.append(reader)
	told = []
	for reader in pipes:
		with os.fdopen(reader) as answer:
			told.append(json.loads(answer.read() or '"Traceback: ended without a word"'))
		os.wait()
	return told


def tell(start: float, action: Callable, writer: int) -> None:
	time.sleep(max(0, start - time.time()))
	told = ""
	try:
		action()
		frappe.db.commit()
	except frappe.ValidationError as refusal:
		told = str(refusal)
	except Exception:
		told = frappe.get_traceback()
	with os.fdopen(writer, "w") as answer:
		answer.write(json.dumps(told))


def fork(work: Callable[[], None]) -> int:
	"""Start a process that is connected for itself, and return its number."""
	process = os.fork()
	if process:
		return process
	try:
		INHERITED.append(frappe.local.db)
		frappe.connect(site=frappe.local.site)
		frappe.set_user("Administrator")
		work()
	finally:
		os._exit(0)
