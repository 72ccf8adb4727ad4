"""A hidden opportunity stays hidden, whatever is asked. `make canary` asks everything, the suite a part of it."""

import random

from crm_pipeline.tests.base import IS_SANDBOX, PipelineTestCase, site_only

if IS_SANDBOX:  # the others begin with what only a site has
	CanaryTestCase = PipelineTestCase
else:
	from crm_pipeline.tests.canary import callers, doors, report
	from crm_pipeline.tests.canary.case import ASKED, IS_WHOLE, CanaryTestCase

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
class TestCanary(CanaryTestCase):
	def test_nothing_hidden_comes_back_and_nothing_hidden_changes(self):
		failed = doors.import_everything()
		functions, left_out = doors.find_functions()
		everything = [*functions, *doors.find_routes(), *doors.find_pages()]
		names = {"": PART, "whole": ("",)}.get(ASKED) or tuple(ASKED.split(","))
		chosen = [door for door in everything if door.name.startswith(names)]
		random.Random(1).shuffle(chosen)
		search = self.search(chosen, callers.CALLERS if IS_WHOLE else PART_CALLERS)
		found, _accepted = report.split(search.findings)
		if ASKED == "whole":
			self.assertGreater(len(functions), LEAST_FUNCTIONS)
			self.assertGreater(search.count_answering(chosen, doors.Route), LEAST_ROUTES)
		if IS_WHOLE:
			print("\n".join(report.summarize(search, chosen, left_out | failed)))
		if found:
			self.fail("\n".join(["Open doors:", *report.describe(found)]))
