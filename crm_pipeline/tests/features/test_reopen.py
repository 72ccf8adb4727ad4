"""Closed records are reopened by a manager or the org admin, with a reason; the log keeps what was."""

import frappe
from frappe.utils import add_days, now_datetime

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import TransitionError
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.audit import get_log
from crm_pipeline.tests.base import PipelineTestCase
from crm_pipeline.tests.users import as_user

CLOSED = ("Won", "Lost", "Rejected")
REOPEN = {"status": "Open", "reopen_reason": "They called again"}
EMPTY_AFTERWARDS = (
	"won_value",
	"won_currency",
	"base_won_value",
	"won_conversion_rate",
	"outcome_detail",
	"closed_on",
	"closed_by",
	"lost_reasons",
)


class TestReopen(PipelineTestCase):
	def test_outcome_fields_are_cleared_on_every_path(self):
		paths = (
			doors.save,
			doors.save_form,
			doors.set_value,
			doors.put,
			doors.press_button,
			doors.edit_in_bulk,
		)
		for status in CLOSED:
			for path in paths:
				with self.subTest(f"{status} by {path.__name__}"):
					doc = factories.make_opportunity(status)
					path(doc.name, REOPEN)
					self.assertReopened(doc.reload())

	def assertReopened(self, doc):
		self.assertEqual(doc.status, "Open")
		for fieldname in EMPTY_AFTERWARDS:
			self.assertFalse(doc.get(fieldname), fieldname)

	def test_outcome_fields_sent_along_are_cleared_too(self):
		doc = factories.make_opportunity("Won")
		doors.save(doc.name, {**REOPEN, "won_value": 5, "outcome_detail": "x"})
		self.assertReopened(doc.reload())

	def test_the_log_keeps_the_outcome_and_the_reason(self):
		doc = factories.make_opportunity("Lost", potential_value=700)
		api.reopen(doc.name, "They called again")
		entry = get_log(doc.name)[-1]
		self.assertEqual((entry.event, entry.from_status, entry.to_status), ("Reopened", "Lost", "Open"))
		self.assertEqual(entry.reason, "They called again")
		self.assertEqual(entry.changes["lost_reasons"]["from"], [personas.REASON])

	def test_an_engineer_does_not_reopen(self):
		for status in CLOSED:
			doc = factories.make_opportunity(status)
			for path in (doors.save, doors.set_value, doors.put, doors.press_button):
				with (
					self.subTest(f"{status} by {path.__name__}"),
					as_user(personas.ENGINEER),
					self.assertRefused(
						frappe.PermissionError, f"Only a manager may reopen {doc.name}. Ask a Sales Manager."
					),
				):
					path(doc.name, REOPEN)
			self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "status"), status)

	def test_manager_and_org_admin_reopen(self):
		for user in (personas.MANAGER, personas.ORG_ADMIN, "Administrator"):
			doc = factories.make_opportunity("Lost")
			with as_user(user):
				self.assertEqual(api.reopen(doc.name, "They called again")["status"], "Open")

	def test_it_needs_a_reason(self):
		doc = factories.make_opportunity("Lost")
		sentence = f"Reopen Reason is missing. Say why {doc.name} is reopened."
		for reason in ("", "  ", "\n"):
			with self.assertRefused(TransitionError, sentence):
				api.reopen(doc.name, reason)

	def test_a_second_time_needs_a_reason_of_its_own(self):
		doc = factories.make_opportunity("Lost")
		api.reopen(doc.name, "They called again")
		api.mark_lost(doc.name, [personas.REASON])
		with self.assertRefused(TransitionError, "Reopen Reason is missing."):
			doors.save(doc.name, {"status": "Open"})

	def test_stage_clock_reminders_and_waiting_start_afresh(self):
		doc = factories.make_opportunity(
			next_contact_date=add_days(now_datetime(), 3), next_contact_by=personas.ENGINEER
		)
		responded_on = add_days(now_datetime(), -1).replace(microsecond=0)
		waiting = {"awaiting_response_since": responded_on, "first_responded_on": responded_on}
		frappe.db.set_value(OPPORTUNITY, doc.name, waiting, update_modified=False)
		api.mark_lost(doc.name, [personas.REASON])
		closed_on = frappe.db.get_value(OPPORTUNITY, doc.name, "status_changed_on")
		api.reopen(doc.name, "They called again")
		doc.reload()
		self.assertFalse(doc.next_contact_date or doc.next_contact_by or doc.awaiting_response_since)
		self.assertEqual(doc.first_responded_on, responded_on)
		self.assertGreater(doc.status_changed_on, closed_on)
		self.assertEqual(doc.probability, frappe.get_doc("Pipeline Settings").probability_open)

	def test_it_goes_the_whole_way_again(self):
		doc = factories.make_opportunity("Won")
		api.reopen(doc.name, "Order was cancelled")
		api.make_offer(doc.name)
		self.assertEqual(api.mark_won(doc.name, 700)["won_value"], 700)
