"""ERPNext's *Delete Transactions*: a company starts afresh, its opportunities stay and stay usable (docs/offers.md)."""

import frappe
from frappe.desk import query_report
from frappe.utils import add_days, now_datetime

from crm_pipeline import tasks
from crm_pipeline.api import opportunity as api
from crm_pipeline.audit.integrity import find_problems
from crm_pipeline.auto_close import plan
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import InputError
from crm_pipeline.form import history, timeline
from crm_pipeline.offers import mapper, panel
from crm_pipeline.routing import hand_over
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import forget_cached_documents
from crm_pipeline.tests.csv_files import commits_kept_in_test
from crm_pipeline.tests.offer_documents import (
	OffersTestCase,
	make_opportunity,
	run_daily_job,
	submit_deletion,
	submit_order,
	submit_quotation,
	submit_supplier_quotation,
)
from crm_pipeline.tests.reports import REPORTS
from crm_pipeline.tests.users import as_user


def delete_transactions(company: str = personas.COMPANY):
	"""Press the buttons of a Transaction Deletion Record, and let its jobs run here."""
	with as_user("Administrator"), commits_kept_in_test():
		record = submit_deletion(company)
	forget_cached_documents()
	return record.reload()


class TestDeleteTransactions(OffersTestCase):
	def setUp(self):
		super().setUp()
		submit_supplier_quotation(self.opportunity, 60, 70, 80)
		self.order = submit_order(submit_quotation(self.opportunity).name)
		self.lead = factories.make_lead("Fresh Prospect", company=personas.COMPANY)
		party = {"opportunity_from": "Lead", "party_name": self.lead.name}
		next_contact = {"next_contact_date": add_days(now_datetime(), 2)}
		self.of_lead = factories.make_opportunity(**party, **next_contact).name
		self.offered = make_opportunity().name
		self.offer = submit_quotation(self.offered).name
		self.names = [self.opportunity, self.of_lead, self.offered]
		self.before = [frappe.get_doc(OPPORTUNITY, name).as_dict() for name in self.names]
		self.record = delete_transactions()

	def test_our_records_stay_as_they_were(self):
		self.assertEqual(self.record.status, "Completed", self.record.error_log)
		for doctype, name in (("Quotation", self.offer), ("Lead", self.lead.name)):
			self.assertFalse(frappe.db.exists(doctype, name))
		after = [frappe.get_doc(OPPORTUNITY, name).as_dict() for name in self.names]
		self.assertEqual(after, self.before)
		self.assertEqual(list(find_problems(self.names)), [])

	def test_a_won_deal_is_corrected_reopened_and_deleted(self):
		api.correct(self.opportunity, "Counted again", won_value=650)
		api.reopen(self.opportunity, "They start afresh")
		frappe.get_doc(OPPORTUNITY, self.opportunity).update({"offer": None}).save()
		frappe.delete_doc(OPPORTUNITY, self.opportunity)
		self.assertFalse(frappe.db.exists(OPPORTUNITY, self.opportunity))
		self.assertEqual(list(find_problems(self.names)), [])

	def test_the_opportunity_of_a_lead_is_saved_and_goes_to_a_customer(self):
		frappe.get_doc(OPPORTUNITY, self.of_lead).update({"next_step": "Call"}).save()
		customer = {"opportunity_from": "Customer", "party_name": personas.CUSTOMER}
		frappe.get_doc(OPPORTUNITY, self.of_lead).update(customer).save()
		api.make_offer(self.of_lead)
		api.mark_won(self.of_lead, 900)
		self.assertEqual(list(find_problems(self.names)), [])

	def test_an_offer_is_made_anew(self):
		quotation = submit_quotation(self.offered)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, self.offered, "offer"), quotation.name)
		with self.assertRefused(
			InputError, f"Lead {self.lead.name} of {self.of_lead} does not exist any more"
		):
			mapper.make_quotation(self.of_lead)

	def test_what_reads_the_records_goes_on(self):
		run_daily_job()
		with commits_kept_in_test():
			tasks.check_audit_log()
			tasks.auto_close()
			tasks.remind_of_next_contacts()
		for name in self.names:
			timeline.get_lines(OPPORTUNITY, name)
			history.get_history(name)
			record = frappe.get_doc(OPPORTUNITY, name)
			record.run_method("onload")
			self.assertEqual(panel.get_documents(record)["quotations"], [])
		plan.plan(limit=5)
		moved = [row.name for row in hand_over.preview(personas.ENGINEER, None)["opportunities"]]
		self.assertEqual(moved, sorted([self.of_lead, self.offered]))
		for report in REPORTS:
			query_report.run(report, "{}")
