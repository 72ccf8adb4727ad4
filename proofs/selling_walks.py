"""Long random walks through ERPNext's quotations and orders: the opportunity shows what the model says."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from crm_pipeline.tests import selling_walk
from proofs.proof import Proof


class SellingWalks(Proof):
	"""The walks of the tests, others each time. One step is five of them, of up to forty things that people do."""

	steps = 100
	needs_site = True
	bounds = settings(
		max_examples=5,
		stateful_step_count=40,
		deadline=None,
		database=None,
		phases=(Phase.generate,),
		suppress_health_check=list(HealthCheck),
	)

	def runTest(self) -> None:
		selling_walk.make_cast()
		walk = seed(self.random.getrandbits(64))(type("Walk", (selling_walk.SellingWalk,), {}))
		run_state_machine_as_test(walk, settings=self.bounds)

	@classmethod
	def tearDownClass(cls) -> None:
		super().tearDownClass()
		print(
			"Came by:", *(f"{what} {count}," for what, count in sorted(selling_walk.tally.items(), key=str))
		)
