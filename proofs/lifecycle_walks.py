"""Long random walks through the lifecycle: whatever people try, the record and its log stay in order."""

from __future__ import annotations

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from crm_pipeline.tests.features.test_lifecycle_machine import Pipeline
from proofs.proof import Proof


class LifecycleWalks(Proof):
	"""The machine of the tests, on other and longer walks. One step is five walks of up to forty attempts."""

	steps = 200
	bounds = settings(
		max_examples=5,  # the first is always the simplest one there is
		stateful_step_count=40,
		deadline=None,
		database=None,
		suppress_health_check=list(HealthCheck),
	)

	def runTest(self) -> None:
		machine = seed(self.random.getrandbits(64))(type("Walk", (Pipeline,), {}))
		run_state_machine_as_test(machine, settings=self.bounds)
