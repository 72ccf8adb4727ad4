"""What a site stored before the functions moved: cards and waiting jobs find them all the same."""

import pickle
from types import SimpleNamespace
from unittest.mock import Mock

import frappe

from crm_pipeline.api import desk
from crm_pipeline.patches.v0_1 import carry_over_old_paths as patch
from crm_pipeline.tests.base import PipelineTestCase, site_only

OLD_RUN = "crm_pipeline.crm_pipeline.routing.hand_over.run"
NEW_RUN = "crm_pipeline.routing.hand_over.run"


class TestOldPaths(PipelineTestCase):
	def test_every_new_path_leads_somewhere_and_no_old_one_does(self):
		for old, new in patch.PATHS.items():
			self.assertTrue(callable(frappe.get_attr(new)), new)
			with self.assertRaises((ImportError, AttributeError), msg=old):
				frappe.get_attr(old)

	@site_only("the framework's queues")
	def test_a_card_of_somebodys_own_still_counts(self):
		frappe.set_user("Administrator")
		card = frappe.copy_doc(frappe.get_doc("Number Card", "Pipeline Stalled"))
		card.update({"label": "My Stalled", "is_standard": 0, "module": None})
		card.insert()
		frappe.db.set_value(
			"Number Card", card.name, "method", "crm_pipeline.crm_pipeline.desk.cards.get_card"
		)
		patch.execute()
		method = frappe.db.get_value("Number Card", card.name, "method")
		self.assertIs(frappe.get_attr(method), desk.get_card)

	@site_only("rq's jobs")
	def test_a_waiting_job_names_its_function_by_the_new_path(self):
		for method in (OLD_RUN, self.name_function(OLD_RUN)):
			job = self.make_job(method=method)
			patch.carry_over(job)
			_function, _instance, _arguments, options = pickle.loads(job.data)
			self.assertEqual((options["method"], options["job_name"]), (NEW_RUN, NEW_RUN))
			self.assertEqual(options["kwargs"], {"names": ["OPP-2026-00001"]})
			job.save.assert_called_once()

	@site_only("rq's jobs")
	def test_jobs_of_others_stay_as_they_are(self):
		for values in ({"site": "other.example.com"}, {"method": "frappe.ping", "job_name": "frappe.ping"}):
			job = self.make_job(**{"method": OLD_RUN, **values})
			patch.carry_over(job)
			job.save.assert_not_called()

	def make_job(self, **values):
		options = {
			"site": frappe.local.site,
			"job_name": OLD_RUN,
			"kwargs": {"names": ["OPP-2026-00001"]},
			**values,
		}
		call = ("frappe.utils.background_jobs.execute_job", None, (), options)
		return SimpleNamespace(data=NamedFunction.dump(call), save=Mock())

	def name_function(self, path: str):
		return NamedFunction(path)


class NamedFunction:
	"""A function as pickle stores it, by its module and name, though neither is there any more."""

	def __init__(self, path: str):
		self.module, _dot, self.name = path.rpartition(".")

	@staticmethod
	def dump(call: tuple) -> bytes:
		"""Pickle a call whose method may be such a function: a marker first, then the opcode that looks it up."""
		method = call[3]["method"]
		if not isinstance(method, NamedFunction):
			return pickle.dumps(call, protocol=0)
		marked = pickle.dumps((*call[:3], {**call[3], "method": "THE METHOD"}), protocol=0)
		lines = marked.split(b"\n")
		at = next(index for index, line in enumerate(lines) if line.endswith(b"VTHE METHOD"))
		lines[at] = lines[at].replace(b"VTHE METHOD", f"c{method.module}\n{method.name}".encode())
		return b"\n".join(lines)
