"""Thousands of requests that nobody means: each has an answer or a sentence."""

from __future__ import annotations

from crm_pipeline.tests.features.test_wild_input import WildInputCase
from proofs.proof import Proof


class WildInput(Proof, WildInputCase):
	"""The requests of the tests, others each time. One step is a hundred of them."""

	steps = 100
	needs_site = True

	def runTest(self) -> None:
		faults = self.send_wild(100, self.random.getrandbits(64))
		self.assertFalse(faults, "\n" + "\n".join(faults.values()))
