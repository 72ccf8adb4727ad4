"""One save and one part of a transaction: what belongs to it ends with it."""

from unittest.mock import patch

import frappe

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import TransitionError
from crm_pipeline.record import one_save, transactions
from crm_pipeline.tests import factories
from crm_pipeline.tests.base import PipelineTestCase


class TestOneSave(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.doc = factories.make_opportunity()

	def test_what_was_said_about_a_save_is_forgotten_after_it(self):
		for flag in one_save.FLAGS:
			self.doc.flags[flag] = {"next_step"} if flag == "system_values" else "said"
		self.doc.flags.correction = self.doc.flags.intended = None
		self.doc.save()
		self.assertEqual([flag for flag in one_save.FLAGS if flag in self.doc.flags], [])

	def test_and_after_one_that_is_refused(self):
		self.doc.set_system_value("closed_on", frappe.utils.now_datetime())
		one_save.begin_assigning(self.doc.name)
		with self.assertRaises(TransitionError):
			self.doc.update({"status": "Paused"}).save()
		self.assertFalse(self.doc.is_system_value("closed_on"))
		self.assertFalse(one_save.is_assigning(self.doc.name))

	def test_a_save_ends_no_other_ones_assigning(self):
		one_save.begin_assigning("OPP-2026-99999")
		self.addCleanup(one_save.end_assigning, "OPP-2026-99999")
		self.doc.save()
		self.assertTrue(one_save.is_assigning("OPP-2026-99999"))


class TestSavepoint(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.name = factories.make_opportunity(next_step="Call").name

	def get_next_step(self) -> str:
		return frappe.db.get_value(OPPORTUNITY, self.name, "next_step")

	def write(self, text: str, error: Exception | None = None) -> None:
		frappe.db.set_value(OPPORTUNITY, self.name, "next_step", text)
		if error:
			frappe.msgprint("Shown on the way")
			raise error

	def test_a_part_that_fails_is_undone_and_its_error_goes_on(self):
		with self.assertRaisesRegex(ValueError, "the reason"), transactions.savepoint():
			self.write("Visit", ValueError("the reason"))
		self.assertEqual(self.get_next_step(), "Call")

	def test_one_inside_another_is_undone_alone(self):
		with transactions.savepoint():
			self.write("Visit")
			with transactions.attempt(ValueError) as inner:
				self.write("Wait", ValueError("the reason"))
			self.assertEqual(self.get_next_step(), "Visit")
			with transactions.savepoint():
				frappe.db.set_value(OPPORTUNITY, self.name, "title", "Other")
		self.assertEqual(str(inner.error), "the reason")
		self.assertIn("ValueError", inner.traceback)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, self.name, "title"), "Other")

	def test_an_attempt_leaves_no_message_and_no_error_when_done(self):
		shown = len(frappe.local.message_log)
		with transactions.attempt() as done:
			self.write("Visit")
		with transactions.attempt() as refused:
			self.write("Wait", ValueError("the reason"))
		self.assertIsNone(done.error)
		self.assertIsInstance(refused.error, ValueError)
		self.assertEqual(len(frappe.local.message_log), shown)

	def test_an_error_that_is_no_refusal_goes_on(self):
		with self.assertRaises(ZeroDivisionError), transactions.attempt(ValueError):
			self.write("Visit", ZeroDivisionError())
		self.assertEqual(self.get_next_step(), "Call")

	def test_after_a_deadlock_no_savepoint_is_asked_for(self):
		conflict = frappe.ValidationError("changed by somebody else")
		conflict.__context__ = frappe.QueryDeadlockError()
		for error in (frappe.QueryDeadlockError(), conflict):
			with (
				patch.object(frappe.db, "rollback") as rollback,
				self.assertRaises(type(error)) as raised,
				transactions.attempt(),
			):
				raise error
			rollback.assert_not_called()
			self.assertTrue(transactions.is_undone(raised.exception))

	def test_a_savepoint_that_is_gone_hides_no_reason_and_counts_as_undone(self):
		gone = frappe.db.OperationalError(1305, "SAVEPOINT part_1 does not exist")
		with (
			patch.object(frappe.db, "rollback", side_effect=gone),
			self.assertRaisesRegex(ValueError, "the reason") as raised,
			transactions.attempt(),
		):
			raise ValueError("the reason")
		self.assertTrue(transactions.is_undone(raised.exception))
