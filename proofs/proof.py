"""What every proof is built on: a test that is run many times, each time with other random numbers."""

from __future__ import annotations

from random import Random

from crm_pipeline.tests.base import PipelineTestCase


class Proof(PipelineTestCase):
	"""A step is `runTest`, with `self.random` as its only source of chance; it leaves the site as it found it.

	`steps` are those of a whole run, `sample_steps` those of `.ci/run`. What needs a site is left out on the sandbox.
	"""

	steps: int
	sample_steps = 1
	needs_site = False

	def __init__(self, seed: int = 0, number: int = 0) -> None:
		super().__init__()
		self.random = Random(f"{seed} {number}")

	def runTest(self) -> None:
		raise NotImplementedError
