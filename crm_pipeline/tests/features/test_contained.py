"""Whatever goes wrong on our side, a document of somebody else's is saved: what could not follow is named and done later."""

from contextlib import contextmanager
from unittest.mock import patch

import frappe

from crm_pipeline import hooks, tasks
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import ConflictError, InputError
from crm_pipeline.record import contained
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.audit import get_events, get_problems
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.csv_files import commits_kept_in_test
from crm_pipeline.tests.offer_documents import (
	OffersTestCase,
	make_order,
	make_quotation,
	submit_quotation,
	submit_supplier_quotation,
)
from crm_pipeline.tests.users import as_user

ERRORS = (
	RuntimeError("Boom"),
	frappe.QueryTimeoutError("Lock wait timeout exceeded"),
	InputError("Not this one."),
)
# handlers of documents of others that follow them: each is contained, see below
FOLLOWING = {
	"crm_pipeline.audit.renames.after_rename",
	"crm_pipeline.overrides.customer.on_update",
	"crm_pipeline.overrides.lead.on_update",
	"crm_pipeline.overrides.quotation.before_insert",
	"crm_pipeline.overrides.quotation.on_cancel",
	"crm_pipeline.overrides.quotation.on_submit",
	"crm_pipeline.overrides.quotation.on_update",
	"crm_pipeline.overrides.quotation.on_update_after_submit",
	"crm_pipeline.overrides.quotation.onload",
	"crm_pipeline.overrides.quotation.validate",
	"crm_pipeline.overrides.renames.after_rename",
	"crm_pipeline.overrides.renames.before_rename",
	"crm_pipeline.overrides.request_for_quotation.before_insert",
	"crm_pipeline.overrides.request_for_quotation.validate",
	"crm_pipeline.overrides.sales_order.before_insert",
	"crm_pipeline.overrides.sales_order.on_cancel",
	"crm_pipeline.overrides.sales_order.on_submit",
	"crm_pipeline.overrides.sales_order.on_update_after_submit",
	"crm_pipeline.overrides.sales_order.validate",
	"crm_pipeline.overrides.supplier_quotation.before_insert",
	"crm_pipeline.overrides.supplier_quotation.on_cancel",
	"crm_pipeline.overrides.supplier_quotation.on_submit",
	"crm_pipeline.overrides.supplier_quotation.on_update_after_submit",
	"crm_pipeline.overrides.supplier_quotation.validate",
	"crm_pipeline.overrides.unhandled_email.after_insert",
	"crm_pipeline.overrides.user.on_update",
	"crm_pipeline.overrides.communication.on_update",
}
# the others refuse on purpose what would show or move a hidden record, or touch nothing but the document itself
OTHERS = {
	"crm_pipeline.access.link_fields.forget_link_fields": "empties a cache",
	"crm_pipeline.overrides.any_document.before_validate": "refuses links to hidden records",
	"crm_pipeline.overrides.any_document.hide_titles": "sets a title on the document itself",
	"crm_pipeline.overrides.assignment_rule.validate": "refuses rules for opportunities alone",
	"crm_pipeline.overrides.auto_email_report.validate": "limits a report to its reader",
	"crm_pipeline.overrides.comment.validate": "comments on opportunities",
	"crm_pipeline.overrides.communication.before_insert": "e-mails put on opportunities",
	"crm_pipeline.overrides.communication.validate": "e-mails put on opportunities",
	"crm_pipeline.overrides.docshare.after_insert": "shares of opportunities",
	"crm_pipeline.overrides.docshare.on_update": "shares of opportunities",
	"crm_pipeline.overrides.document_follow.validate": "follows of opportunities",
	"crm_pipeline.overrides.event.on_update": "the event of a next contact is the opportunity's own",
	"crm_pipeline.overrides.event.validate": "refuses hidden participants",
	"crm_pipeline.overrides.file.validate": "files of opportunities",
	"crm_pipeline.overrides.lead.onload": "shows a lead in its form",
	"crm_pipeline.overrides.lead.validate": "sets the status of the lead itself",
	"crm_pipeline.overrides.personal_data_deletion_request.on_update": "deletes, or nothing is deleted",
	"crm_pipeline.overrides.personal_data_download_request.validate": "refuses other people's data",
	"crm_pipeline.overrides.quotation.before_submit": "refuses a margin under the minimum, by a switch that is off",
	"crm_pipeline.overrides.selling_settings.on_update": "refuses days in the app's own field that don't do",
	"crm_pipeline.overrides.tag_link.validate": "tags of opportunities",
	"crm_pipeline.overrides.todo.on_trash": "access ends with the to-do",
	"crm_pipeline.overrides.todo.on_update": "access ends with the to-do",
	"crm_pipeline.overrides.todo.validate": "to-dos on opportunities",
	"crm_pipeline.overrides.workflow.validate": "refuses workflows of opportunities alone",
}


@contextmanager
def failing(path: str, error: Exception):
	"""Let one of our functions raise, and collect what is put off for later."""
	with patch(f"crm_pipeline.{path}", side_effect=error), patch("frappe.enqueue") as enqueue:
		yield enqueue


def run_put_off(enqueue) -> None:
	"""Run the jobs that were put off."""
	with commits_kept_in_test():
		for call in enqueue.call_args_list:
			if call.args[:1] == (contained.RUN_AGAIN,):
				contained.run_again(**{name: call.kwargs[name] for name in ("step", "what", "arguments")})


def get_errors() -> set[tuple]:
	return {(row.name, row.method) for row in frappe.get_all("Error Log", fields=["name", "method"])}


class TestEveryHandler(PipelineTestCase):
	def test_is_known_as_following_or_as_something_else(self):
		paths = {path for events in hooks.doc_events.values() for path in events.values()}
		self.assertEqual(paths, FOLLOWING | OTHERS.keys())


class ContainedCase:
	def assertNamed(self, what: str, before: set[str]) -> None:
		"""What did not happen was shown and logged."""
		self.assertIn(what, frappe.as_json(frappe.get_message_log()))
		self.assertTrue(any(what in title for _name, title in get_errors() - before))


class TestMasters(ContainedCase, PipelineTestCase):
	def make_lead(self, number: int):
		lead = factories.make_lead(f"Follower {number}", qualification_status="Qualified")
		party = {"opportunity_from": "Lead", "party_name": lead.name}
		return lead, factories.make_opportunity(**party).name

	def make_customer(self, lead: str):
		return factories.make_customer(f"Customer of {lead}", lead_name=lead)

	def test_a_customer_made_from_a_lead(self):
		for number, error in enumerate(ERRORS):
			with self.subTest(error=error):
				lead, name = self.make_lead(number)
				before = get_errors()
				with failing("conversion.takeover.move", error):
					customer = self.make_customer(lead.name)
				self.assertNamed(f"{name} did not move to customer {customer.name}.", before)
				self.assertEqual(get_events(name), ["Created"])
				with commits_kept_in_test():
					tasks.catch_up_leads()
				self.assertEqual(frappe.db.get_value(OPPORTUNITY, name, "party_name"), customer.name)
				self.assertEqual(get_problems(name), [])

	def test_one_that_cannot_follow_holds_up_no_other(self):
		lead, first = self.make_lead(9)
		second = factories.make_opportunity(opportunity_from="Lead", party_name=lead.name).name
		frappe.db.set_value(OPPORTUNITY, first, "region", None, update_modified=False)
		customer = self.make_customer(lead.name)
		parties = [frappe.db.get_value(OPPORTUNITY, name, "party_name") for name in (first, second)]
		self.assertEqual(parties, [lead.name, customer.name])
		frappe.db.set_value(OPPORTUNITY, first, "region", personas.REGION, update_modified=False)
		with commits_kept_in_test():
			tasks.catch_up_leads()
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, first, "party_name"), customer.name)

	def test_a_customer_under_another_name(self):
		for number, error in enumerate(ERRORS[:2]):
			with self.subTest(error=error), as_user("Administrator"):
				doc = factories.make_opportunity()
				before = get_errors()
				customer = frappe.get_doc("Customer", personas.CUSTOMER)
				customer.customer_name = f"Northwind {number}"
				with failing("record.names_of_others.follow_party", error) as enqueue:
					customer.save()
				self.assertNamed(f"Opportunities still show the former name of {customer.name}.", before)
				run_put_off(enqueue)
				shown = frappe.db.get_value(OPPORTUNITY, doc.name, "party_display_name")
				self.assertEqual(shown, f"Northwind {number}")

	def test_a_renamed_customer(self):
		doc = factories.make_opportunity()
		before = get_errors()
		with as_user("Administrator"), failing("overrides.renames.follow", ERRORS[0]) as enqueue:
			frappe.rename_doc("Customer", personas.CUSTOMER, "Northwind Renamed")
		self.assertNamed("Opportunities did not follow the new name of Northwind Renamed.", before)
		run_put_off(enqueue)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "party_name"), "Northwind Renamed")

	def test_a_renamed_customer_whose_log_fails(self):
		doc = factories.make_opportunity()
		before = get_errors()
		with as_user("Administrator"), failing("audit.log.log_rename", ERRORS[1]) as enqueue:
			frappe.rename_doc("Customer", personas.CUSTOMER, "Northwind Renamed")
		self.assertNamed("The audit log does not know yet that", before)
		run_put_off(enqueue)
		self.assertEqual(get_events("Northwind Renamed"), ["Renamed"])
		self.assertEqual(get_problems(doc.name), [])

	def test_a_transaction_that_is_gone_ends_in_a_sentence(self):
		lead, name = self.make_lead(8)
		sentence = "Somebody else is changing the same records. Try again"
		deadlock = frappe.QueryDeadlockError("Deadlock found")
		with (
			patch("crm_pipeline.compat.forget_transaction"),
			failing("conversion.takeover.move", deadlock),
			self.assertRefused(ConflictError, sentence),
		):
			self.make_customer(lead.name)
		self.assertEqual(get_events(name), ["Created"])


@site_only("User with its own hooks")
class TestOthers(ContainedCase, PipelineTestCase):
	def test_a_user_who_is_disabled(self):
		before = get_errors()
		with as_user("Administrator"), failing("overrides.user.warn", ERRORS[0]):
			frappe.get_doc("User", personas.ENGINEER).update({"enabled": 0}).save()
		self.assertNamed("The managers did not hear of the open opportunities", before)
		self.assertFalse(frappe.db.get_value("User", personas.ENGINEER, "enabled"))


class TestOffers(ContainedCase, OffersTestCase):
	def test_a_quotation_whose_rates_are_in_question(self):
		self.set_settings(keep_agreed_rates=1)
		before = get_errors()
		with failing("offers.permitted._get_sources", ERRORS[0]), as_user(personas.ENGINEER):
			quotation = make_quotation(self.opportunity)
		self.assertTrue(frappe.db.exists("Quotation", quotation.name))
		self.assertNamed("The rates of this Quotation were left to ERPNext.", before)

	def test_a_low_margin_that_nobody_can_be_told_of(self):
		submit_supplier_quotation(self.opportunity, 95)
		before = get_errors()
		with failing("offers.notes.ask", ERRORS[0]), as_user(personas.ENGINEER):
			quotation = submit_quotation(self.opportunity)
		self.assertEqual(quotation.docstatus, 1)
		self.assertNamed(f"The managers were not told of the margin of {quotation.name}.", before)

	def test_a_quotation_that_is_submitted(self):
		for error in ERRORS[:2]:
			with self.subTest(error=error):
				former = submit_quotation(self.opportunity)
				before = get_errors()
				quotation = make_quotation(self.opportunity)
				with failing("offers.quotations.update", error) as enqueue:
					quotation.submit()
				self.assertEqual(quotation.docstatus, 1)
				self.assertNamed(f"{self.opportunity} was not brought up to date.", before)
				self.assertRecord(offer=former.name)
				run_put_off(enqueue)
				self.assertRecord(offer=quotation.name)
		self.assertEqual(get_problems(self.opportunity), [])

	def test_an_order_that_is_submitted(self):
		order = make_order(submit_quotation(self.opportunity).name)
		with failing("offers.orders.update", ERRORS[1]) as enqueue:
			order.submit()
		self.assertRecord(status="Offer Made", sales_order=None)
		run_put_off(enqueue)
		self.assertRecord(status="Won", sales_order=order.name)

	def test_a_supplier_s_answer(self):
		with failing("offers.supplier_rates.update", ERRORS[0]) as enqueue:
			answer = submit_supplier_quotation(self.opportunity, 60, 70, 80)
		self.assertEqual(answer.docstatus, 1)
		run_put_off(enqueue)
		rates = [row.supplier_rate for row in frappe.get_doc(OPPORTUNITY, self.opportunity).items]
		self.assertEqual(rates, [60, 70, 80])

	def test_a_link_that_cannot_be_looked_at_stays_as_it_was(self):
		other = factories.make_opportunity().name
		quotation = make_quotation(self.opportunity)
		before = get_errors()
		quotation.pipeline_opportunity = other
		with failing("offers.links.keep_link", ERRORS[0]):
			quotation.save()
		self.assertEqual(quotation.reload().pipeline_opportunity, self.opportunity)
		self.assertNamed("The link of this Quotation to an opportunity was left as it was.", before)
