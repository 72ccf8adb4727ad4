"""One walk through each user workflow. A bug found later appends a case here."""

import frappe
import frappe.client
import frappe.share
from frappe.utils import add_days, now_datetime, nowdate

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import ClosedRecordError, TransitionError
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.audit import get_events, get_log, get_problems
from crm_pipeline.tests.base import PipelineTestCase
from crm_pipeline.tests.users import as_user


class TestWorkflows(PipelineTestCase):
	def test_an_opportunity_is_created_offered_and_won(self):
		with as_user(personas.ENGINEER):
			doc = factories.new_opportunity(
				potential_value=None,
				application_engineer=personas.APPLICATION_ENGINEER,
				items=[{"item_code": personas.ITEM, "qty": 4, "rate": 250}],
			).insert()
			self.assertEqual(
				(doc.status, doc.sales_engineer, doc.potential_value), ("Open", personas.ENGINEER, 1000)
			)
			doors.save_form(
				doc.name, {"next_step": "Send the data sheet", "expected_closing": add_days(nowdate(), 30)}
			)
			with self.assertRefused(TransitionError, "Allowed next: Offer Made, Lost, Rejected."):
				api.mark_won(doc.name, 950)
			api.make_offer(doc.name)
			won = api.mark_won(doc.name, 950)
		self.assertEqual(
			(won["status"], won["base_won_value"], won["closed_by"]), ("Won", 950, personas.ENGINEER)
		)
		self.assertEqual(get_events(doc.name), ["Created", "Offer Made", "Won"])
		self.assertEqual({entry.user for entry in get_log(doc.name)}, {personas.ENGINEER})
		self.assertEqual(get_problems(doc.name), [])

	def test_one_is_lost_reopened_by_the_manager_and_won_after_all(self):
		with as_user(personas.ENGINEER):
			doc = factories.new_opportunity().insert()
			with self.assertRefused(TransitionError, "needs at least one lost reason"):
				api.mark_lost(doc.name, [])
			api.mark_lost(doc.name, [personas.REASON_WITH_DETAIL], "They went silent")
			with self.assertRefused(ClosedRecordError, f"{doc.name} is Lost"):
				doors.save_form(doc.name, {"next_step": "Call again"})
			with self.assertRefused(frappe.PermissionError, "Ask a Sales Manager."):
				api.reopen(doc.name, "They called")
		api.reopen(doc.name, "They called")
		with as_user(personas.ENGINEER):
			api.make_offer(doc.name)
			api.mark_won(doc.name, 800)
		api.correct(doc.name, "Discount forgotten", won_value=780)
		self.assertEqual(
			get_events(doc.name), ["Created", "Lost", "Reopened", "Offer Made", "Won", "Corrected"]
		)
		self.assertEqual(
			frappe.db.get_value(OPPORTUNITY, doc.name, ["won_value", "outcome_detail"]), (780, None)
		)
		self.assertEqual(get_problems(doc.name), [])

	def test_last_year_s_deals_are_entered_as_history(self):
		opened_on, closed_on = (add_days(now_datetime(), -days) for days in (400, 365))
		dates = {"opened_on": opened_on, "closed_on": closed_on}
		won = factories.make_history(
			status="Won", won_value=700, lost_reasons=[], external_id="OLD-1", **dates
		)
		lost = factories.make_history(external_id="OLD-2", **dates)
		with self.assertRaises(frappe.UniqueValidationError):
			factories.make_history(external_id="OLD-2", **dates)
		for doc in (won, lost):
			self.assertEqual(get_events(doc.name), ["Imported"])
			self.assertIn(doc.name, frappe.get_list(OPPORTUNITY, filters={"is_history": 1}, pluck="name"))
			with self.assertRefused(ClosedRecordError, doc.name):
				doors.save(doc.name, {"potential_value": 5})
		self.assertEqual(get_problems(won.name, lost.name), [])

	def test_a_record_changes_hands_and_its_access_with_it(self):
		with as_user(personas.ENGINEER):
			name = factories.new_opportunity().insert().name
			frappe.share.add(OPPORTUNITY, name, personas.API_USER)
		doors.save(name, {"sales_engineer": personas.OTHER_ENGINEER})
		with as_user(personas.ENGINEER):
			self.assertEqual(frappe.get_list(OPPORTUNITY, filters={"name": name}), [])
			with self.assertRaises(frappe.PermissionError):
				api.make_offer(name)
		with as_user(personas.API_USER):
			self.assertEqual(frappe.client.get(OPPORTUNITY, name)["sales_engineer"], personas.OTHER_ENGINEER)
		with as_user(personas.OTHER_ENGINEER):
			self.assertEqual(api.make_offer(name)["status"], "Offer Made")
		self.assertEqual(get_events(name), ["Created", "Reassigned", "Offer Made"])
