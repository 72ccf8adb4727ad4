"""A manager may insert closed records of the past, complete and marked as history (docs/import.md)."""

import frappe
from frappe.utils import add_days, get_datetime, now_datetime

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import InputError, TransitionError
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.audit import get_events, get_log, get_problems
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user


def days_ago(days: int):
	return add_days(now_datetime(), -days).replace(microsecond=0)


class TestHistory(PipelineTestCase):
	def test_it_keeps_its_own_dates(self):
		opened_on, closed_on = days_ago(30), days_ago(7)
		doc = factories.make_history(opened_on=opened_on, closed_on=closed_on).reload()
		self.assertEqual((doc.opened_on, doc.closed_on), (opened_on, closed_on))
		self.assertEqual((doc.status_changed_on, doc.closed_by), (closed_on, personas.MANAGER))

	def test_it_has_one_entry_imported(self):
		for status in ("Won", "Lost", "Rejected"):
			doc = factories.make_history(
				**{"status": status, "lost_reasons": [], **factories.OUTCOMES[status]}
			)
			self.assertEqual(get_events(doc.name), ["Imported"])
			self.assertEqual(get_log(doc.name)[0].to_status, status)
			self.assertEqual(get_problems(doc.name), [])

	def test_won_history_has_its_value(self):
		doc = factories.make_history(status="Won", won_value=800, lost_reasons=[])
		self.assertEqual((doc.won_value, doc.won_currency, doc.base_won_value), (800, "INR", 800))
		self.assertEqual((doc.probability, doc.weighted_value), (100, doc.base_potential_value))

	def test_closed_and_opened_may_be_the_same_moment(self):
		moment = days_ago(3)
		doc = factories.make_history(opened_on=moment, closed_on=moment)
		self.assertEqual(get_datetime(doc.opened_on), get_datetime(doc.closed_on))

	def test_leavers_and_disabled_masters_are_allowed(self):
		leaver = factories.make_user("lena.leaver@example.com", "Sales User", enabled=0)
		customer = factories.make_customer("Closed Dairy", disabled=1)
		region = factories.make_region("Old North", disabled=1)
		reason = factories.make_master("Pipeline Lost Reason", "Old reason", category="Price", disabled=1)
		doc = factories.make_history(
			sales_engineer=leaver,
			application_engineer=leaver,
			party_name=customer.name,
			region=region.name,
			lost_reasons=[{"lost_reason": reason.name}],
		)
		self.assertEqual((doc.status, doc.sales_engineer), ("Lost", leaver))

	def test_it_may_be_reopened_and_stays_history(self):
		doc = factories.make_history()
		api.reopen(doc.name, "They called again")
		self.assertEqual(doc.reload().is_history, 1)
		self.assertEqual(get_events(doc.name), ["Imported", "Reopened"])

	@site_only("Data Import")
	def test_it_comes_by_data_import_too(self):
		row = {**factories.OPPORTUNITY_DEFAULTS, "status": "Won", "won_value": 800, "is_history": 1}
		closed_on = days_ago(7)
		row |= {"opened_on": str(days_ago(30)), "closed_on": str(closed_on), "external_id": "OLD-1"}
		self.assertEqual(doors.run_data_import("Insert New Records", row), "")
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, {"external_id": "OLD-1"}, "closed_on"), closed_on)


class TestHistoryRefused(PipelineTestCase):
	def test_an_engineer_does_not_insert_it(self):
		for user in (personas.ENGINEER, personas.API_USER):
			with (
				as_user(user),
				self.assertRefused(frappe.PermissionError, "Only a manager may insert closed history."),
			):
				factories.make_history(sales_engineer=user)

	def test_open_history_is_none(self):
		for status in ("Open", "Offer Made"):
			sentence = f"History is closed, but the status is {status}. Leave Is History out."
			with self.assertRefused(InputError, sentence):
				factories.make_history(status=status, lost_reasons=[])

	def test_it_needs_its_closing_date(self):
		with self.assertRefused(InputError, "History needs both Created and Closed On."):
			factories.make_history(closed_on=None)

	def test_it_needs_its_opening_date(self):
		with self.assertRefused(InputError, "History needs both Created and Closed On."):
			factories.make_history(opened_on=None)

	def test_it_is_not_closed_before_it_is_opened(self):
		with self.assertRefused(InputError, "the first must not be later, nor the second in the future."):
			factories.make_history(opened_on=days_ago(7), closed_on=days_ago(30))

	def test_it_is_not_closed_in_the_future(self):
		with self.assertRefused(InputError, "the first must not be later, nor the second in the future."):
			factories.make_history(closed_on=days_ago(-1))

	def test_it_meets_the_rules_of_its_stage(self):
		with self.assertRefused(TransitionError, "needs at least one lost reason to become Lost."):
			factories.make_history(lost_reasons=[])
		with self.assertRefused(TransitionError, "Won Value is 0."):
			factories.make_history(status="Won", lost_reasons=[])
		lead = factories.make_lead()
		with self.assertRefused(TransitionError, f"is for the lead {lead.name}. Convert the lead"):
			factories.make_history(
				status="Won", won_value=5, lost_reasons=[], opportunity_from="Lead", party_name=lead.name
			)

	def test_the_flag_never_changes_afterwards(self):
		plain, history = factories.make_opportunity(), factories.make_history()
		with self.assertRefused(InputError, "Is History is set by the system and can't become 1."):
			doors.save(plain.name, {"is_history": 1})
		with self.assertRefused(InputError, "Is History is set by the system and can't become 0."):
			doors.save(history.name, {"is_history": 0})
