"""A hidden opportunity stays hidden, whatever is asked. `make canary` asks everything, the suite a part of it."""

import os
import random

import frappe

from crm_pipeline.tests import personas
from crm_pipeline.tests.base import IS_SANDBOX, PipelineTestCase, forget_cached_documents, site_only

if not IS_SANDBOX:  # they begin with what only a site has
	from crm_pipeline.tests.canary import asking, callers, doors, hidden, report, room
	from crm_pipeline.tests.canary.search import Search
	from crm_pipeline.tests.canary.values import Files
	from crm_pipeline.tests.canary.watch import watch_queries

ASKED = os.environ.get("CRM_PIPELINE_CANARY", "")  # "whole", or beginnings of doors' names
IS_WHOLE = bool(ASKED)
LEAST_FUNCTIONS, LEAST_ROUTES = 900, 25
# what the suite asks: our own functions, and the framework's that take any DocType
PART = (
	"crm_pipeline.api.",
	"frappe.client.get",
	"frappe.desk.search.",
	"frappe.desk.reportview.get",
	"GET /api/resource",
)
PART_CALLERS = ("other sales engineer", "portal user")


@site_only("the framework's and ERPNext's own functions")
class TestCanary(PipelineTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.set_user("Administrator")
		callers.make_more_users()
		frappe.set_user(personas.MANAGER)
		self.addCleanup(forget_cached_documents)

	def test_nothing_hidden_comes_back_and_nothing_hidden_changes(self):
		failed = doors.import_everything()
		functions, left_out = doors.find_functions()
		everything = [*functions, *doors.find_routes(), *doors.find_pages()]
		names = {"": PART, "whole": ("",)}.get(ASKED) or tuple(ASKED.split(","))
		chosen = [door for door in everything if door.name.startswith(names)]
		random.Random(1).shuffle(chosen)
		search = self.search(chosen)
		found, _accepted = report.split(search.findings)
		if ASKED == "whole":
			self.assertGreater(len(functions), LEAST_FUNCTIONS)
			self.assertGreater(search.count_answering(chosen, doors.Route), LEAST_ROUTES)
		if IS_WHOLE:
			print("\n".join(report.summarize(search, chosen, left_out | failed)))
		if found:
			self.fail("\n".join(["Open doors:", *report.describe(found)]))

	def search(self, chosen: list) -> "Search":
		with asking.kept_local(), room.closed_room():
			things, own = hidden.make_everything(), hidden.make_own()
			Files.keep()
			asking.Kept.flags = {
				name: value for name, value in frappe.local.flags.items() if name != "in_test"
			}
			with watch_queries():
				search = Search(things, own, tuple(callers.CALLERS) if IS_WHOLE else PART_CALLERS)
				search.run(chosen)
				search.compare()
		return search
