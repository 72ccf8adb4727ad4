"""Each step does one thing to a site that is kept for years, lets people work on it, and looks whether all promises hold."""

from __future__ import annotations

import unittest
from random import Random
from typing import ClassVar

import frappe

from proofs.proof import Proof
from proofs.site_life import checks
from proofs.site_life.actions import ACTIONS, working
from proofs.site_life.life import Life, NotNow, take_up


class SiteLife(Proof):
	"""One life on a copy of the test site. Everything that may happen does, in an order left to chance, before it comes again."""

	steps = 80
	sample_steps = 4
	needs_site = True
	life: ClassVar[Life | None] = None

	@classmethod
	def setUpClass(cls) -> None:
		unittest.TestCase.setUpClass.__func__(cls)  # what is done here is done for good, on a site of its own

	@classmethod
	def tearDownClass(cls) -> None:
		if cls.life:
			cls.life.end()
			cls.life = None

	def setUp(self) -> None:
		"""Nothing is undone."""

	def __init__(self, seed: int = 0, number: int = 0) -> None:
		super().__init__(seed, number)
		self.seed, self.number = seed, number

	def runTest(self) -> None:
		is_new = SiteLife.life is None
		if is_new:
			SiteLife.life = take_up(self.seed, self.number)
		life = SiteLife.life
		life.random, life.done = self.random, self.number
		if self.number == 0:
			life.run_bench("crm-pipeline", "demo")
			open_mailbox()
		frappe.set_user("Administrator")
		told = self.act(life)
		faults = [*working.work(life), *checks.find_faults(life)]
		life.done += 1
		life.write()
		self.assertFalse(faults, f"\nAfter “{told}”:\n" + "\n".join(faults))

	def act(self, life: Life) -> str:
		"""Do what is next in the order of chance, or after it if that can't be done now."""
		order = [*ACTIONS]
		Random(f"{self.seed} order").shuffle(order)
		for place in range(len(order)):
			action = order[(self.number + place) % len(order)]
			try:
				told = f"{action.__name__}: {action(life)}"
			except (NotNow, frappe.ValidationError) as refusal:
				frappe.db.rollback()
				print(f"  {self.number:3} not now: {action.__name__}: {str(refusal)[:150]}", flush=True)
				continue
			frappe.db.commit()
			print(f"  {self.number:3} {told}", flush=True)
			return told
		raise AssertionError("nothing can be done")


def open_mailbox() -> None:
	"""Mails are written and never sent."""
	account = {
		"doctype": "Email Account",
		"name": "Life",
		"email_id": "life@example.com",
		"enable_outgoing": 1,
	}
	frappe.get_doc({**account, "email_account_name": "Life", "default_outgoing": 1}).db_insert()
	frappe.db.commit()
