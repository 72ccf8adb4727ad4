"""Many records at once: what a request can't do in its time is done by a job, with a result for each (docs/rest-api.md)."""

from unittest.mock import patch

import frappe

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import TransitionError
from crm_pipeline.form import bulk_moves
from crm_pipeline.offers import catch_up, follow
from crm_pipeline.record import moves
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.audit import get_problems
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.csv_files import commits_kept_in_test
from crm_pipeline.tests.users import as_user

REASONS = {"lost_reasons": [{"lost_reason": personas.REASON}]}


def run(names: list[str]) -> dict:
	with commits_kept_in_test():
		return bulk_moves.run(names, "Lost", REASONS)


class TestManyAtOnce(PipelineTestCase):
	def test_more_than_a_hundred_go_to_a_job(self):
		names = [factories.make_opportunity().name for _number in range(3)]
		with patch.object(api, "AT_ONCE", 2), patch("frappe.enqueue") as enqueue:
			answer = api.move_many(names, "Lost", [personas.REASON])
		self.assertEqual(answer, {"changed": [], "refused": [], "queued": 3})
		job = {name: enqueue.call_args.kwargs[name] for name in ("names", "status", "values")}
		with commits_kept_in_test():
			self.assertEqual(bulk_moves.run(**job)["changed"], names)
		self.assertEqual(get_problems(*names), [])

	def test_a_status_that_is_none_is_refused_at_once(self):
		names = [factories.make_opportunity().name for _number in range(2)]
		with (
			patch.object(api, "AT_ONCE", 1),
			self.assertRefused(TransitionError, "is unknown. Choose one of"),
		):
			api.move_many(names, "Gone")

	def test_who_may_not_write_a_record_moves_it_by_no_job(self):
		name = factories.make_opportunity().name
		with as_user(personas.OTHER_ENGINEER):
			result = run([name])
		self.assertEqual((result["changed"], len(result["refused"])), ([], 1))

	def test_one_record_stops_no_other(self):
		names = [factories.make_opportunity(status).name for status in ("Open", "Won", "Open")]
		move = moves.move

		def move_or_raise(name, *arguments, **values):
			if name == names[2]:
				raise frappe.QueryTimeoutError("Lock wait timeout exceeded")
			return move(name, *arguments, **values)

		with patch.object(moves, "move", move_or_raise):
			result = run(names)
		self.assertEqual(result["changed"], names[:1])
		self.assertEqual([row["name"] for row in result["refused"]], names[1:])
		self.assertIn("cannot go from Won to Lost", result["refused"][0]["reason"])

	@site_only("the bell")
	def test_who_started_it_hears_the_result(self):
		names = [factories.make_opportunity(status).name for status in ("Open", "Won")]
		run(names)
		filters = {"for_user": personas.MANAGER, "subject": "Changed 1, refused 1"}
		self.assertIn(names[1], frappe.db.get_value("Notification Log", filters, "email_content"))


class TestCatchUp(PipelineTestCase):
	def test_a_deadlock_of_one_record_undoes_no_other(self):
		names = [factories.make_opportunity().name for _number in range(3)]

		def note_or_raise(name):
			if name == names[1]:
				raise frappe.QueryDeadlockError("Deadlock found")
			frappe.db.set_value(OPPORTUNITY, name, "next_step", "Brought up to date")

		with (
			commits_kept_in_test(),
			patch.object(catch_up, "find_late", return_value=iter(names)),
			patch.object(follow, "catch_up", side_effect=note_or_raise) as tried,
		):
			catch_up.run()
		steps = [frappe.db.get_value(OPPORTUNITY, name, "next_step") for name in names]
		self.assertEqual(steps, ["Brought up to date", None, "Brought up to date"])
		self.assertEqual([call.args[0] for call in tried.call_args_list].count(names[1]), 3)
		failed = f"Offers of {names[1]} were not brought up to date"
		self.assertTrue(frappe.db.exists("Error Log", {"method": failed}))
