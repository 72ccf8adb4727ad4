"""Whole stories from the lead to the order (docs/offers.md)."""

import frappe

from crm_pipeline.api import lead as lead_api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.offers import mapper
from crm_pipeline.tests import factories, offer_documents, personas
from crm_pipeline.tests.audit import get_events, get_log, get_problems
from crm_pipeline.tests.offer_documents import OffersTestCase
from crm_pipeline.tests.users import as_user


class TestStories(OffersTestCase):
	def make_opportunity_of_lead(self) -> str:
		lead = factories.make_lead(
			"Lina Prospect", qualification_status="Qualified", company=personas.COMPANY
		)
		with as_user(personas.ENGINEER):
			converted = lead_api.convert(lead.name)
		doc = offer_documents.make_opportunity(party_name=converted["customer"])
		self.assertEqual(doc.customer, converted["customer"])
		return doc.name

	def ask_suppliers(self, opportunity: str) -> str:
		"""Send a request for quotation to both suppliers and return its name."""
		offer_documents.share_with_buyer(opportunity)
		with as_user(offer_documents.BUYER):
			request = mapper.make_request_for_quotation(opportunity)
			for supplier in (offer_documents.SUPPLIER, offer_documents.OTHER_SUPPLIER):
				request.append("suppliers", {"supplier": supplier, "send_email": 0})
			request.message_for_supplier = "Please quote."
			return request.insert().submit().name

	def answer(self, request: str, supplier: str, *rates: float) -> str:
		from erpnext.buying.doctype.request_for_quotation.request_for_quotation import (
			make_supplier_quotation_from_rfq,
		)

		with as_user(offer_documents.BUYER):
			quotation = make_supplier_quotation_from_rfq(request, for_supplier=supplier)
			for row, rate in zip(quotation.items, rates, strict=True):
				row.rate = rate
			return quotation.insert().submit().name

	def test_a_lead_becomes_an_order_with_margin(self):
		opportunity = self.make_opportunity_of_lead()
		request = self.ask_suppliers(opportunity)
		first = self.answer(request, offer_documents.SUPPLIER, 50, 90, 10)
		second = self.answer(request, offer_documents.OTHER_SUPPLIER, 60, 80, 10)
		doc = frappe.get_doc(OPPORTUNITY, opportunity)
		self.assertEqual(
			[(row.supplier_rate, row.supplier_quotation) for row in doc.items],
			[(50, first), (80, second), (10, first)],
		)
		with as_user(personas.ENGINEER):
			quotation = mapper.make_quotation_from_supplier_rates(opportunity).insert().submit()
			self.assertEqual([row.rate for row in quotation.items], [60, 96, 12])
			amended = offer_documents.amend(quotation)
			amended.items[2].rate = 20
			amended.insert().submit()
			order = offer_documents.submit_order(amended.name)
		doc.reload()
		self.assertEqual((doc.status, doc.won_value, doc.won_currency), ("Won", 352, "INR"))
		self.assertEqual((doc.offer, doc.sales_order, doc.ordered_value), (amended.name, order.name, 352))
		self.assertEqual(doc.base_won_value, order.base_net_total)
		self.assertEqual(
			([row.margin_percent for row in doc.items], doc.margin_percent), ([100, 25, 900], 114.29)
		)
		self.assertEqual(
			get_events(opportunity),
			["Created", "Offer Made", "Offer Linked", "Offer Withdrawn", "Offer Linked", "Won"],
		)
		self.assertEqual(get_log(opportunity)[-1].reason, f"Sales Order {order.name}")
		self.assertEqual(get_problems(opportunity), [])
		notes = offer_documents.get_notes(opportunity)
		self.assertEqual([note for note in notes if "supplier rate" not in note], [])

	def test_a_second_quotation_is_lost_and_cancelled(self):
		opportunity = self.make_opportunity_of_lead()
		with as_user(personas.ENGINEER):
			first = offer_documents.submit_quotation(opportunity)
			second = offer_documents.submit_quotation(opportunity, rate=90)
			offer_documents.lose(second, personas.REASON)
			second.reload().cancel()
			order = offer_documents.submit_order(first.name)
		doc = frappe.get_doc(OPPORTUNITY, opportunity)
		self.assertEqual((doc.status, doc.won_value, doc.offer), ("Won", 600, first.name))
		self.assertEqual((doc.sales_order, doc.ordered_value), (order.name, 600))
		self.assertEqual(
			get_events(opportunity),
			["Created", "Offer Made", "Offer Linked", "Offer Linked", "Offer Linked", "Won"],
		)
		self.assertEqual(get_problems(opportunity), [])
		self.assertEqual(offer_documents.get_todos(opportunity), [])
