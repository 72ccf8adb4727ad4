"""The first order of a linked quotation wins the opportunity; others are for a person to judge (docs/offers.md)."""

import frappe

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.offers import follow
from crm_pipeline.tests import factories, offer_documents, personas
from crm_pipeline.tests.audit import get_events, get_log, get_problems
from crm_pipeline.tests.offer_documents import (
	OffersTestCase,
	get_todos,
	make_order,
	submit_order,
	submit_quotation,
)
from crm_pipeline.tests.users import as_user


class TestFirstOrder(OffersTestCase):
	def test_it_wins_with_its_net_total(self):
		quotation = submit_quotation(self.opportunity)
		order = submit_order(quotation.name, apply_discount_on="Net Total", additional_discount_percentage=10)
		self.assertEqual((order.pipeline_opportunity, order.net_total), (self.opportunity, 540))
		self.assertRecord(status="Won", won_value=540, won_currency="INR", base_won_value=540)
		self.assertRecord(offer=quotation.name, sales_order=order.name, ordered_value=540)
		entry = get_log(self.opportunity)[-1]
		self.assertEqual((entry.event, entry.reason), ("Won", f"Sales Order {order.name}"))
		self.assertEqual(get_todos(self.opportunity), [])

	def test_taxes_are_no_part_of_the_won_value(self):
		order = make_order(submit_quotation(self.opportunity).name)
		account = frappe.db.get_value("Account", {"company": personas.COMPANY, "account_type": "Tax"})
		account = account or frappe.db.get_value("Account", {"company": personas.COMPANY, "is_group": 0})
		tax = {"charge_type": "Actual", "account_head": account, "description": "Tax", "tax_amount": 60}
		order.append("taxes", tax)
		order.save().submit()
		self.assertEqual(order.grand_total, 660)
		self.assertRecord(won_value=600)

	def test_a_part_of_the_quotation_is_enough(self):
		quotation = submit_quotation(self.opportunity)
		submit_order(quotation.name, qty=1)
		self.assertEqual(quotation.reload().status, "Partially Ordered")
		self.assertRecord(status="Won", won_value=300, offer=quotation.name)

	def test_one_for_less_than_was_offered_is_left_to_a_person(self):
		quotation = submit_quotation(self.opportunity)
		order = make_order(quotation.name)
		order.items[0].update({"rate": 0.01, "price_list_rate": 0.01})
		order.save().submit()
		self.assertRecord(status="Offer Made", won_value=None, ordered_value=order.base_net_total)
		(todo,) = get_todos(self.opportunity)
		self.assertEqual(
			todo,
			f"Sales Order {order.name} is for less than was offered. {self.opportunity} stays Offer Made:"
			" decide whether it is won.",
		)

	def test_a_negative_charge_is_a_discount(self):
		order = make_order(submit_quotation(self.opportunity).name)
		account = frappe.db.get_value("Account", {"company": personas.COMPANY, "is_group": 0})
		charge = {"charge_type": "Actual", "account_head": account, "description": "Less", "tax_amount": -590}
		order.append("taxes", charge)
		order.save().submit()
		self.assertRecord(status="Offer Made", won_value=None)

	def test_what_it_may_be_less_by_is_a_setting(self):
		for tolerance, discount, status in (
			(10, 10, "Won"),
			(10, 10.1, "Offer Made"),
			(25, 24, "Won"),
			(0, 0, "Won"),
		):
			with self.subTest(tolerance=tolerance, discount=discount):
				self.opportunity = offer_documents.make_opportunity().name
				self.set_settings(order_rate_tolerance=tolerance)
				quotation = submit_quotation(self.opportunity)
				discounted = {"apply_discount_on": "Net Total", "additional_discount_percentage": discount}
				submit_order(quotation.name, **discounted)
				self.assertRecord(status=status)

	def test_an_item_that_was_never_offered_wins_nothing(self):
		order = make_order(submit_quotation(self.opportunity).name)
		item = factories.make_item("Cast Pump 900").name
		order.items[0].update({"item_code": item, "item_name": item, "quotation_item": None})
		order.save().submit()
		self.assertRecord(status="Offer Made")

	def test_a_draft_does_nothing(self):
		make_order(submit_quotation(self.opportunity).name)
		self.assertRecord(status="Offer Made", ordered_value=None)

	def test_the_switch_leaves_it_to_a_person(self):
		self.set_settings(win_on_sales_order=0)
		order = submit_order(submit_quotation(self.opportunity).name)
		self.assertRecord(status="Offer Made", won_value=None, sales_order=None, ordered_value=600)
		(todo,) = get_todos(self.opportunity)
		self.assertTrue(todo.startswith(f"Sales Order {order.name} is To Deliver and Bill, "), todo)
		self.assertIn("600.00 ordered so far", todo)
		self.assertIn(f"{self.opportunity} stays Offer Made", todo)

	def test_the_customer_of_the_order_takes_over_from_a_lead(self):
		lead = factories.make_lead(company=personas.COMPANY)
		self.opportunity = offer_documents.make_opportunity(
			opportunity_from="Lead", party_name=lead.name
		).name
		quotation = submit_quotation(self.opportunity)
		with as_user(personas.ENGINEER):
			submit_order(quotation.name)
		customer = frappe.db.get_value("Customer", {"lead_name": lead.name})
		self.assertRecord(status="Won", customer=customer, lead=lead.name)
		self.assertEqual(get_events(self.opportunity)[-2:], ["Lead Converted", "Won"])

	def test_a_customer_that_is_not_the_lead_s_own_takes_over_too(self):
		lead = factories.make_lead(company=personas.COMPANY)
		self.opportunity = offer_documents.make_opportunity(
			opportunity_from="Lead", party_name=lead.name
		).name
		quotation = submit_quotation(self.opportunity)
		with as_user(personas.ENGINEER):
			order = make_order(quotation.name)
			frappe.db.set_value(
				OPPORTUNITY, self.opportunity, {"opportunity_from": "Lead", "party_name": lead.name}
			)
			frappe.db.set_value(OPPORTUNITY, self.opportunity, "customer", None)
			order.update({"customer": personas.CUSTOMER, "contact_person": None}).save().submit()
		self.assertRecord(status="Won", customer=personas.CUSTOMER, lead=lead.name)


class TestFurtherOrders(OffersTestCase):
	def setUp(self):
		super().setUp()
		self.quotation = submit_quotation(self.opportunity)
		self.first = submit_order(self.quotation.name, qty=1)

	def test_a_second_one_is_counted_and_asked_about(self):
		second = submit_order(self.quotation.name, qty=1)
		self.assertRecord(won_value=300, ordered_value=600, sales_order=self.first.name)
		(todo,) = get_todos(self.opportunity)
		self.assertIn(second.name, todo)
		self.assertIn("600.00 ordered so far", todo)
		self.assertIn("stays Won", todo)

	def test_a_cancelled_one_is_counted_and_asked_about(self):
		self.first.reload().cancel()
		self.assertRecord(status="Won", won_value=300, ordered_value=None, sales_order=None)
		(todo,) = get_todos(self.opportunity)
		self.assertIn(f"Sales Order {self.first.name} is Cancelled", todo)

	def test_an_amended_one_takes_its_place_and_the_won_value_stays(self):
		amended = offer_documents.amend(self.first)
		amended.items[0].qty = 2
		amended.insert().submit()
		self.assertEqual(amended.pipeline_opportunity, self.opportunity)
		self.assertRecord(status="Won", won_value=300, ordered_value=400, sales_order=amended.name)
		self.assertEqual(len(get_todos(self.opportunity)), 2)
		self.assertEqual(get_problems(self.opportunity), [])

	def test_updated_items_are_counted(self):
		from erpnext.controllers.accounts_controller import update_child_qty_rate

		rows = [
			{"docname": row.name, "item_code": row.item_code, "qty": 3, "rate": row.rate}
			for row in self.first.items
		]
		with as_user("Administrator"):
			update_child_qty_rate("Sales Order", frappe.as_json(rows), self.first.name)
		self.assertRecord(won_value=300, ordered_value=900)

	def test_one_that_vanished_without_an_event_is_no_longer_counted(self):
		api.reopen(self.opportunity, "They changed their mind")
		frappe.db.set_value("Sales Order", self.first.name, {"docstatus": 2, "status": "Cancelled"})
		follow.catch_up(self.opportunity)
		self.assertRecord(status="Open", ordered_value=None)

	def test_after_a_reopening_the_next_one_wins(self):
		api.reopen(self.opportunity, "They want more")
		self.assertRecord(status="Open", offer=self.quotation.name, ordered_value=300)
		second = submit_order(self.quotation.name, qty=1)
		self.assertRecord(status="Won", won_value=300, ordered_value=600, sales_order=second.name)


class TestNeverInTheWay(OffersTestCase):
	def test_a_lost_opportunity_stays_lost(self):
		quotation = submit_quotation(self.opportunity)
		api.mark_lost(self.opportunity, [personas.REASON])
		order = submit_order(quotation.name)
		self.assertEqual(order.docstatus, 1)
		self.assertRecord(status="Lost", won_value=None, sales_order=None, ordered_value=600)
		self.assertIn(f"{self.opportunity} stays Lost", get_todos(self.opportunity)[0])

	def test_an_order_of_another_customer_wins_nothing(self):
		order = make_order(submit_quotation(self.opportunity).name)
		order.update({"customer": personas.OTHER_CUSTOMER}).save().submit()
		self.assertRecord(status="Offer Made", ordered_value=None)
		(note,) = offer_documents.get_notes(self.opportunity)
		self.assertIn(
			f"Sales Order {order.name} is for {personas.OTHER_CUSTOMER}, but {self.opportunity} for {personas.CUSTOMER}.",
			note,
		)

	def test_a_free_one_wins_nothing_unless_the_settings_allow_it(self):
		quotation = submit_quotation(self.opportunity, rate=0)
		order = submit_order(quotation.name)
		self.assertRecord(status="Offer Made")
		self.assertIn("A won opportunity needs more than 0", offer_documents.get_notes(self.opportunity)[0])
		order.reload().cancel()
		self.set_settings(allow_zero_won_value=1)
		submit_order(quotation.name)
		self.assertRecord(status="Won", won_value=None)

	def test_orders_of_two_opportunities_at_once_follow_none(self):
		other = offer_documents.make_opportunity().name
		order = make_order(submit_quotation(self.opportunity).name)
		for row in make_order(submit_quotation(other).name).items:
			order.append("items", row.as_dict(no_default_fields=True))
		order.save().submit()
		self.assertFalse(order.pipeline_opportunity)
		self.assertRecord(status="Offer Made")

	def test_a_typed_link_counts_for_nothing(self):
		order = make_order(factories.make("Quotation", **self.get_unlinked_quotation()).submit().name)
		order.update({"pipeline_opportunity": self.opportunity}).save()
		self.assertFalse(order.pipeline_opportunity)

	def get_unlinked_quotation(self) -> dict:
		rows = [{"item_code": personas.ITEM, "qty": 1, "rate": 100}]
		return {"party_name": personas.CUSTOMER, "company": personas.COMPANY, "items": rows}


class TestMoney(OffersTestCase):
	def test_a_customer_in_another_currency(self):
		factories.make_exchange_rate("USD", "INR", 80)
		customer = factories.make_customer("Eastgate Mills", default_currency="USD")
		doc = offer_documents.make_opportunity(party_name=customer.name, currency="USD", conversion_rate=75)
		self.opportunity = doc.name
		quotation = submit_quotation(doc.name)
		self.assertEqual((quotation.currency, quotation.conversion_rate), ("USD", 80))
		order = submit_order(quotation.name)
		self.assertEqual((order.currency, order.net_total, order.base_net_total), ("USD", 600, 48_000))
		self.assertRecord(won_value=600, won_currency="USD", base_won_value=600 * 75, ordered_value=48_000)

	def test_an_order_in_another_currency_than_the_opportunity(self):
		factories.make_exchange_rate("EUR", "INR", 90)
		order = make_order(submit_quotation(self.opportunity).name)
		order.update({"currency": "EUR", "conversion_rate": 90}).save().submit()
		self.assertRecord(won_value=600, won_currency="EUR", base_won_value=54_000, ordered_value=54_000)

	def test_a_quotation_of_another_company_is_not_followed(self):
		quotation = offer_documents.make_quotation(self.opportunity)
		frappe.db.set_value(OPPORTUNITY, self.opportunity, "company", "Some Other Company")
		quotation.submit()
		self.assertRecord(status="Open", offer=None)
		sentence = (
			f"Quotation {quotation.name} is for company {personas.COMPANY}, but {self.opportunity} for Some"
		)
		self.assertIn(sentence, offer_documents.get_notes(self.opportunity)[0])
