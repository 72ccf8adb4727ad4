"""A closed record stays as it is; a manager may correct it with a reason."""

import frappe
import frappe.client

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import ClosedRecordError, TransitionError
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.audit import get_log
from crm_pipeline.tests.base import PipelineTestCase
from crm_pipeline.tests.users import as_user

CLOSED = ("Won", "Lost", "Rejected")
CHANGES = {
	"potential_value": 5,
	"region": personas.OTHER_REGION,
	"party_name": personas.OTHER_CUSTOMER,
	"sales_engineer": personas.OTHER_ENGINEER,
	"application_engineer": personas.APPLICATION_ENGINEER,
	"next_step": "Call them",
	"title": "Another title",
	"items": [{"item_code": personas.ITEM, "qty": 1}],
}


class TestLockedRecord(PipelineTestCase):
	def test_nothing_can_be_changed(self):
		for status in CLOSED:
			name = factories.make_opportunity(status).name
			for fieldname, value in CHANGES.items():
				with (
					self.subTest(f"{status}: {fieldname}"),
					self.assertRefused(ClosedRecordError, f"{name} is {status}, so "),
				):
					doors.save(name, {fieldname: value})

	def test_the_sentence_names_field_value_and_remedy(self):
		name = factories.make_opportunity("Lost").name
		with self.assertRaises(ClosedRecordError) as refusal:
			doors.save(name, {"next_step": "Call them"})
		sentence = (
			f"{name} is Lost, so Next Step can't be changed to Call them. A manager can reopen it first."
		)
		self.assertEqual(str(refusal.exception), sentence)

	def test_the_outcome_can_not_be_changed_without_a_correction(self):
		won, lost = factories.make_opportunity("Won").name, factories.make_opportunity("Lost").name
		for name, values in (
			(won, {"won_value": 1}),
			(lost, {"outcome_detail": "Other"}),
			(lost, {"lost_reasons": []}),
			(lost, {"lost_reasons": [{"lost_reason": personas.REASON_FOR_LOST}]}),
		):
			for door in (
				doors.save,
				doors.set_value,
				doors.put,
				doors.save_form,
				doors.save_as_administrator,
			):
				with self.subTest(f"{door.__name__}: {values}"), self.assertRefused(ClosedRecordError, name):
					door(name, values)

	def test_saving_it_unchanged_is_no_change(self):
		for status in CLOSED:
			doc = factories.make_opportunity(status)
			count = len(get_log(doc.name))
			doors.save_form(doc.name, {})
			doors.save(doc.name, {})
			self.assertEqual(len(get_log(doc.name)), count)

	def test_comments_and_tags_are_free(self):
		doc = factories.make_opportunity("Lost")
		doc.add_comment("Comment", "They will ask again next spring")
		self.assertTrue(frappe.db.exists("Comment", {"reference_name": doc.name, "comment_type": "Comment"}))

	def test_history_is_locked_too(self):
		doc = factories.make_history()
		with self.assertRefused(ClosedRecordError, f"{doc.name} is Lost"):
			doors.save(doc.name, {"potential_value": 5})


class TestRowsByThemselves(PipelineTestCase):
	"""REST knows rows of child tables as resources of their own: they have no way past their opportunity."""

	ROW = "Pipeline Opportunity Lost Reason"

	def setUp(self):
		super().setUp()
		self.doc = factories.make_opportunity("Lost").reload()
		self.row = self.doc.lost_reasons[0]
		self.path = f"/api/resource/{self.ROW}"

	def assertLocked(self, change):
		for user in (personas.ENGINEER, personas.MANAGER, "Administrator"):
			frappe.db.savepoint("row")
			with (
				self.subTest(user),
				as_user(user),
				self.assertRaises((frappe.ValidationError, frappe.PermissionError)),
			):
				change()
			frappe.db.rollback(save_point="row")

	def test_a_row_is_not_changed(self):
		values = {"lost_reason": personas.REASON_FOR_LOST}
		self.assertLocked(lambda: doors.call_rest("PUT", f"{self.path}/{self.row.name}", **values))
		self.assertLocked(lambda: frappe.client.set_value(self.ROW, self.row.name, values))
		self.assertLocked(lambda: frappe.client.save({**self.row.as_dict(), **values}))

	def test_a_row_is_not_added(self):
		parent = {"parent": self.doc.name, "parenttype": OPPORTUNITY, "parentfield": "lost_reasons"}
		values = {**parent, "lost_reason": personas.REASON_FOR_LOST}
		self.assertLocked(lambda: doors.call_rest("POST", self.path, **values))
		self.assertLocked(lambda: frappe.client.insert({"doctype": self.ROW, **values}))

	def test_a_row_is_not_deleted(self):
		self.assertLocked(lambda: doors.call_rest("DELETE", f"{self.path}/{self.row.name}"))
		self.assertLocked(lambda: frappe.client.delete(self.ROW, self.row.name))


class TestCorrection(PipelineTestCase):
	def test_a_manager_corrects_the_won_value(self):
		doc = factories.make_opportunity("Won")
		corrected = api.correct(doc.name, "Typing error", won_value=950)
		self.assertEqual(
			(corrected["status"], corrected["won_value"], corrected["base_won_value"]), ("Won", 950, 950)
		)
		entry = get_log(doc.name)[-1]
		self.assertEqual((entry.event, entry.reason), ("Corrected", "Typing error"))
		self.assertEqual(entry.changes["won_value"], {"from": 900, "to": 950})

	def test_a_manager_corrects_reasons_and_detail(self):
		doc = factories.make_opportunity("Lost")
		api.correct(
			doc.name,
			"They told us later",
			lost_reasons=[personas.REASON_FOR_LOST],
			outcome_detail="A cheaper one",
		)
		doc.reload()
		self.assertEqual([row.lost_reason for row in doc.lost_reasons], [personas.REASON_FOR_LOST])
		self.assertEqual((doc.status, doc.outcome_detail), ("Lost", "A cheaper one"))
		self.assertEqual(get_log(doc.name)[-1].changes["lost_reasons"]["to"], [personas.REASON_FOR_LOST])

	def test_closing_date_and_closer_stay(self):
		doc = factories.make_opportunity("Won").reload()
		closed_on = doc.closed_on
		with as_user(personas.ORG_ADMIN):
			api.correct(doc.name, "Typing error", won_value=950)
		doc.reload()
		self.assertEqual((doc.closed_on, doc.closed_by), (closed_on, personas.MANAGER))

	def test_only_a_manager_corrects(self):
		doc = factories.make_opportunity("Won")
		with (
			as_user(personas.ENGINEER),
			self.assertRefused(
				frappe.PermissionError, f"Only a manager may correct {doc.name}. Ask a Sales Manager."
			),
		):
			api.correct(doc.name, "Typing error", won_value=950)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "won_value"), 900)

	def test_it_needs_a_reason(self):
		doc = factories.make_opportunity("Won")
		for reason in ("", "   "):
			with self.assertRefused(
				ClosedRecordError, f"The reason is missing. Say why {doc.name} is corrected."
			):
				api.correct(doc.name, reason, won_value=950)

	def test_an_open_record_is_not_corrected(self):
		for status in ("Open", "Offer Made"):
			doc = factories.make_opportunity(status)
			with self.assertRefused(
				ClosedRecordError, f"{doc.name} is {status}: only a closed record is corrected."
			):
				api.correct(doc.name, "Typing error", won_value=950)

	def test_it_meets_the_rules_of_the_outcome(self):
		lost, won = factories.make_opportunity("Lost").name, factories.make_opportunity("Won").name
		with self.assertRefused(TransitionError, "applies to Rejected, not to Lost"):
			api.correct(lost, "Mistake", lost_reasons=[personas.REASON_FOR_REJECTED])
		with self.assertRefused(TransitionError, "needs at least one lost reason"):
			api.correct(lost, "Mistake", lost_reasons=[])
		with self.assertRefused(TransitionError, "Won Value is 0."):
			api.correct(won, "Mistake", won_value=0)
		with self.assertRefused(TransitionError, "Won Value does not belong to status Lost."):
			api.correct(lost, "Mistake", won_value=5)
		with self.assertRefused(TransitionError, "Lost Reasons does not belong to status Won."):
			api.correct(won, "Mistake", lost_reasons=[personas.REASON])
