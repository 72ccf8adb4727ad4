"""Quotations and orders in every state and order that ERPNext allows, held against a second opinion (domain/deal.py)."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from crm_pipeline.tests import selling_walk
from crm_pipeline.tests.base import PipelineTestCase, site_only


@site_only("ERPNext's arithmetic and documents")
class TestSellingWalks(PipelineTestCase):
	def test_the_opportunity_shows_what_the_model_says(self):
		selling_walk.make_cast()
		bounds = settings(
			max_examples=8,
			stateful_step_count=25,
			deadline=None,
			database=None,
			derandomize=True,
			phases=(Phase.generate,),  # a shorter example of a walk would take minutes
			suppress_health_check=list(HealthCheck),
		)
		run_state_machine_as_test(selling_walk.SellingWalk, settings=bounds)
