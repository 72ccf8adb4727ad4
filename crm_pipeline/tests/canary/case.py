"""What the tests of this folder share: who asks, and a search in a closed room among things made for it."""

import os
from collections.abc import Iterable

import frappe

from crm_pipeline.tests import personas
from crm_pipeline.tests.base import PipelineTestCase, forget_cached_documents
from crm_pipeline.tests.canary import asking, callers, doors, hidden, room
from crm_pipeline.tests.canary.search import Search
from crm_pipeline.tests.canary.values import Files
from crm_pipeline.tests.canary.watch import watch_queries

ASKED = os.environ.get("CRM_PIPELINE_CANARY", "")  # "whole", or beginnings of doors' names
IS_WHOLE = bool(ASKED)


class CanaryTestCase(PipelineTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.set_user("Administrator")
		callers.make_more_users()
		frappe.set_user(personas.MANAGER)
		self.addCleanup(forget_cached_documents)

	def search(self, chosen: list[doors.Door], who: Iterable[str], aims: Iterable[str] = ()) -> Search:
		"""Ask these doors for what is hidden, or for some of it (aims), and ask again with other values and without it."""
		with asking.kept_local(), room.closed_room():
			things, own = hidden.make_everything(), hidden.make_own()
			Files.keep()
			asking.Kept.flags = {
				name: value for name, value in frappe.local.flags.items() if name != "in_test"
			}
			with watch_queries():
				search = Search({aim: things[aim] for aim in aims or things}, own, tuple(who))
				search.run(chosen)
				search.compare()
		return search
