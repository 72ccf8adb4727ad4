"""Which opportunity a document belongs to, who may say so, and what the form shows of it (docs/offers.md)."""

import json

import frappe
from frappe.desk.form.save import savedocs

from crm_pipeline.api import offers as offers_api
from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import InputError
from crm_pipeline.offers import mapper, panel
from crm_pipeline.tests import doors, factories, offer_documents, personas
from crm_pipeline.tests.audit import get_events
from crm_pipeline.tests.offer_documents import OffersTestCase, submit_quotation
from crm_pipeline.tests.users import as_user


class TestTypedLink(OffersTestCase):
	def type_link(self, **values):
		rows = [{"item_code": personas.ITEM, "qty": 1, "rate": 100}]
		quotation = {"party_name": personas.CUSTOMER, "company": personas.COMPANY, "items": rows}
		link = {"doctype": "Quotation", "pipeline_opportunity": self.opportunity}
		return frappe.get_doc({**link, **quotation, **values}).insert()

	def test_it_is_followed_like_one_that_was_made(self):
		quotation = self.type_link().submit()
		self.assertRecord(status="Offer Made", offer=quotation.name)

	def assertPutBack(self, quotation, sentence: str, former: str | None = None):
		"""The document is saved without the new link, and a message says why."""
		self.assertEqual(quotation.reload().pipeline_opportunity or None, former)
		self.assertIn(sentence, " ".join(message["message"] for message in frappe.get_message_log()))
		frappe.clear_messages()

	def test_a_user_who_may_not_read_the_opportunity_can_not_link_to_it(self):
		with as_user(personas.OTHER_ENGINEER):
			quotation = self.type_link()
		self.assertPutBack(
			quotation, f"You may not read {self.opportunity}, so Quotation can't be linked to it."
		)

	def test_a_closed_one_gets_no_new_quotation(self):
		api.mark_lost(self.opportunity, [personas.REASON])
		self.assertPutBack(self.type_link(), f"{self.opportunity} is Lost. Quotation can be made only while")

	def test_it_must_be_for_the_same_party(self):
		sentence = f"is for {personas.OTHER_CUSTOMER}, but {self.opportunity} for {personas.CUSTOMER}."
		self.assertPutBack(self.type_link(party_name=personas.OTHER_CUSTOMER), sentence)

	def test_who_takes_a_document_from_an_opportunity_may_write_that(self):
		quotation = self.type_link()
		own = factories.make_opportunity(sales_engineer=personas.OTHER_ENGINEER).name
		for name in (own, None, ""):
			with self.subTest(name), as_user(personas.OTHER_ENGINEER):
				quotation.reload().update({"pipeline_opportunity": name}).save()
				self.assertPutBack(quotation, f"You may not change {self.opportunity}.", self.opportunity)
		with as_user(personas.ENGINEER):
			quotation.reload().update({"pipeline_opportunity": None}).save()
		self.assertEqual(quotation.reload().pipeline_opportunity or None, None)

	def test_a_supplier_quotation_for_another_company_is_not_linked(self):
		frappe.db.set_value(OPPORTUNITY, self.opportunity, "company", "Some Other Company")
		with as_user("Administrator"):
			made = mapper.make_supplier_quotation(self.opportunity)
			made.update({"company": personas.COMPANY, "supplier": offer_documents.SUPPLIER})
			made.items[0].warehouse = None
			sentence = f"is for company {personas.COMPANY}, but {self.opportunity} for Some Other Company."
			self.assertPutBack(made.insert(), sentence)


class TestNamedOffer(OffersTestCase):
	def test_a_quotation_named_as_offer_is_linked_and_followed(self):
		quotation = factories.make_quotation()
		with as_user("Administrator"):
			quotation.submit()
		api.make_offer(self.opportunity, quotation.name)
		self.assertEqual(quotation.reload().pipeline_opportunity, self.opportunity)
		offer_documents.submit_order(quotation.name)
		self.assertRecord(status="Won", won_value=100)

	def test_a_draft_that_is_submitted_later_moves_the_opportunity(self):
		for link in (self.link_by_save, self.link_by_rest):
			with self.subTest(link.__name__):
				self.opportunity = offer_documents.make_opportunity().name
				quotation = factories.make_quotation()
				link(quotation.name)
				self.assertRecord(status="Open", offer=quotation.name)
				with as_user(personas.ENGINEER):
					frappe.get_doc("Quotation", quotation.name).submit()
				self.assertRecord(status="Offer Made", offer=quotation.name)
				self.assertEqual(get_events(self.opportunity), ["Created", "Offer Linked", "Offer Made"])

	def test_so_it_does_from_a_form_that_was_open_meanwhile(self):
		form = json.loads(factories.make_quotation().as_json())
		self.link_by_save(form["name"])
		frappe.local.response = frappe._dict(docs=[])
		savedocs(json.dumps(form), "Submit")
		self.assertRecord(status="Offer Made", offer=form["name"])

	def test_so_a_second_draft_takes_its_place(self):
		quotation = factories.make_quotation()
		self.link_by_save(quotation.name)
		second = offer_documents.submit_quotation(self.opportunity)
		self.assertRecord(status="Offer Made", offer=second.name)
		with as_user("Administrator"):
			quotation.reload().submit()
		self.assertRecord(status="Offer Made", offer=quotation.name)

	def test_on_a_reopened_record_too(self):
		quotation = factories.make_quotation()
		api.mark_lost(self.opportunity, [personas.REASON])
		with as_user(personas.MANAGER):
			api.reopen(self.opportunity, "They called")
		self.link_by_save(quotation.name)
		with as_user("Administrator"):
			quotation.reload().submit()
		self.assertRecord(status="Offer Made", offer=quotation.name)

	def link_by_save(self, quotation: str) -> None:
		with as_user(personas.ENGINEER):
			doors.save(self.opportunity, {"offer": quotation})

	def link_by_rest(self, quotation: str) -> None:
		with as_user(personas.MANAGER):
			doors.put(self.opportunity, {"offer": quotation})

	def test_one_that_the_user_may_not_read_is_refused(self):
		quotation = factories.make_quotation()
		doc = frappe.get_doc(OPPORTUNITY, self.opportunity)
		doc.offer = quotation.name
		with (
			as_user(offer_documents.BUYER),
			self.assertRefused(frappe.PermissionError, "You may not read Quotation"),
		):
			doc.save(ignore_permissions=True)

	def test_one_of_another_company_is_refused(self):
		quotation = factories.make_quotation()
		frappe.db.set_value("Quotation", quotation.name, "company", "Some Other Company")
		with self.assertRefused(
			InputError, f"Quotation {quotation.name} is for company Some Other Company, but"
		):
			api.make_offer(self.opportunity, quotation.name)

	def test_one_of_another_opportunity_is_refused(self):
		other = offer_documents.make_opportunity().name
		quotation = submit_quotation(other)
		with self.assertRefused(
			InputError, f"Quotation {quotation.name} belongs to {other}. Link another one."
		):
			api.make_offer(self.opportunity, quotation.name)


class TestForm(OffersTestCase):
	def test_it_lists_what_the_user_may_read(self):
		quotation = submit_quotation(self.opportunity)
		supplier_quotation = offer_documents.submit_supplier_quotation(self.opportunity, 50, 60, 70)
		with as_user(personas.ENGINEER):
			documents = offers_api.get_documents(self.opportunity)
			self.assertEqual(
				[(row.name, row.status, row.net_total) for row in documents["quotations"]],
				[(quotation.name, "Open", 600)],
			)
			self.assertEqual(documents["supplier_quotations"], [])
		with as_user("Administrator"):
			(row,) = offers_api.get_documents(self.opportunity)["supplier_quotations"]
		self.assertEqual(
			(row.name, [item.rate for item in row["items"]]), (supplier_quotation.name, [50, 60, 70])
		)

	def test_it_offers_to_make_what_the_user_may_create(self):
		with as_user(personas.ENGINEER):
			self.assertEqual(offers_api.get_documents(self.opportunity)["makes"], ["make_quotation"])
		offer_documents.submit_supplier_quotation(self.opportunity, 50)
		with as_user("Administrator"):
			self.assertEqual(offers_api.get_documents(self.opportunity)["makes"], list(panel.MAKES))
			api.mark_lost(self.opportunity, [personas.REASON])
			self.assertEqual(offers_api.get_documents(self.opportunity)["makes"], [])

	def test_it_is_for_readers_of_the_opportunity(self):
		for call in (offers_api.get_documents, offers_api.refresh):
			with as_user(personas.OTHER_ENGINEER), self.assertRaises(frappe.PermissionError):
				call(self.opportunity)

	def test_only_who_writes_it_catches_up(self):
		quotation = submit_quotation(self.opportunity)
		frappe.db.set_value(OPPORTUNITY, self.opportunity, "offer", None)
		offer_documents.share_with_buyer(self.opportunity)
		with as_user(offer_documents.BUYER):
			self.assertFalse(offers_api.get_documents(self.opportunity)["is_behind"])
			with self.assertRaises(frappe.PermissionError):
				offers_api.refresh(self.opportunity)
		with as_user(personas.ENGINEER):
			offers_api.refresh(self.opportunity)
		self.assertRecord(offer=quotation.name)

	def test_opening_it_catches_up_with_what_came_without_an_event(self):
		first, second = submit_quotation(self.opportunity), submit_quotation(self.opportunity)
		self.assertFalse(offers_api.get_documents(self.opportunity)["is_behind"])
		offer_documents.expire(second)
		self.assertTrue(offers_api.get_documents(self.opportunity)["is_behind"])
		offers_api.refresh(self.opportunity)
		self.assertRecord(offer=first.name)
		self.assertFalse(offers_api.get_documents(self.opportunity)["is_behind"])

	def test_connections_show_on_all_sides(self):
		for doctype in (
			"Quotation",
			"Sales Order",
			"Supplier Quotation",
			"Request for Quotation",
			"Customer",
			"Lead",
		):
			data = frappe.get_meta(doctype).get_dashboard_data()
			shown = [item for group in data.transactions for item in group["items"]]
			self.assertIn(OPPORTUNITY, shown, doctype)
		groups = frappe.get_meta(OPPORTUNITY).get_dashboard_data().transactions
		shown = [group["items"] for group in groups]
		self.assertEqual(
			shown, [["Quotation", "Sales Order"], ["Request for Quotation", "Supplier Quotation"]]
		)
