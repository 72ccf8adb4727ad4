"""What Make sets from the saved opportunity is saved by whoever may make the document, and nothing else is (docs/offers.md)."""

import frappe
from frappe.utils import add_days, nowdate

from crm_pipeline.offers import mapper
from crm_pipeline.tests import offer_documents, personas
from crm_pipeline.tests.offer_documents import BUYER, ITEMS, OffersTestCase, post, save_in_desk
from crm_pipeline.tests.users import as_user

USERS = (personas.ENGINEER, personas.MANAGER)
DOORS = (save_in_desk, post)
PUMP, OTHER = ITEMS[:2]


def get_rates(doc) -> list[float]:
	return [row.rate for row in doc.items]


def make_sales_order(quotation: str):
	from erpnext.selling.doctype.quotation.quotation import make_sales_order

	order = make_sales_order(quotation)
	order.delivery_date = add_days(nowdate(), 7)
	return order


class PricedTestCase(OffersTestCase):
	"""A pump is 1,000 by the price list and 900 by a pricing rule, and was agreed at 970."""

	def setUp(self):
		super().setUp()
		offer_documents.make_price(PUMP, 1000)
		offer_documents.make_pricing_rule(PUMP, 10)
		self.set_settings(keep_agreed_rates=1)
		self.opportunity = self.make(970)

	def make(self, rate: float | None, **overrides) -> str:
		items = [{"item_code": PUMP, "qty": 1, "rate": rate}]
		return offer_documents.make_opportunity(items=items, **overrides).name

	def assertSaved(self, opportunity: str, rates: list[float], change=lambda made: None) -> None:
		"""Make a quotation, change it in the form, and save it as each role through each door."""
		for user in USERS:
			for door in DOORS:
				with self.subTest(door.__name__, user=user), as_user(user):
					made = mapper.make_quotation(opportunity)
					change(made)
					saved = door(made)
					self.assertEqual(get_rates(saved), rates)
					self.assertEqual(get_rates(save_in_desk(saved)), rates)


class TestAgreedRates(PricedTestCase):
	def test_they_stay_under_a_pricing_rule(self):
		self.assertSaved(self.opportunity, [970])

	def test_a_margin_over_the_list_price_stays(self):
		with as_user(personas.ENGINEER):
			row = save_in_desk(mapper.make_quotation(self.make(1200))).items[0]
		self.assertEqual((row.rate, row.margin_type, row.margin_rate_or_amount), (1200, "Amount", 200))

	def test_a_rate_that_was_typed_over_them_stays(self):
		self.assertSaved(self.opportunity, [950], lambda made: made.items[0].update({"rate": 950}))

	def test_suppliers_rates_stay_too(self):
		self.set_settings(keep_agreed_rates=0, default_margin_percent=50)
		offer_documents.submit_supplier_quotation(self.opportunity, 400)
		for user in USERS:
			with self.subTest(user=user), as_user(user):
				saved = save_in_desk(mapper.make_quotation_from_supplier_rates(self.opportunity))
				self.assertEqual(get_rates(saved), [600])

	def test_they_stay_in_the_order(self):
		for user in USERS:
			for door in DOORS:
				with self.subTest(door.__name__, user=user), as_user(user):
					opportunity = self.make(970)
					quotation = save_in_desk(mapper.make_quotation(opportunity)).submit()
					order = door(make_sales_order(quotation.name))
					self.assertEqual((get_rates(order), order.pipeline_opportunity), ([970], opportunity))

	def test_they_stay_in_an_amendment(self):
		with as_user(personas.ENGINEER):
			quotation = save_in_desk(mapper.make_quotation(self.opportunity)).submit()
		with as_user("Administrator"):
			amended = offer_documents.amend(quotation)
		with as_user(personas.ENGINEER):
			self.assertEqual(get_rates(save_in_desk(amended)), [970])

	def test_without_them_the_pricing_rule_decides(self):
		self.set_settings(keep_agreed_rates=0)
		self.assertSaved(self.opportunity, [900])

	def test_a_rate_that_was_left_out_is_not_agreed(self):
		self.assertSaved(self.make(None), [900])


class TestFreeRows(PricedTestCase):
	def test_they_stay_free(self):
		items = [{"item_code": PUMP, "qty": 1, "rate": 0}, {"item_code": OTHER, "qty": 1, "rate": 50}]
		for keeps in (1, 0):
			self.set_settings(keep_agreed_rates=keeps)
			doc = offer_documents.make_opportunity(items=items).reload()
			self.assertEqual([row.amount for row in doc.items], [0, 50])
			with self.subTest(keep_agreed_rates=keeps):
				self.assertSaved(doc.name, [0, 50])

	def test_they_stay_free_in_the_order(self):
		items = [{"item_code": PUMP, "qty": 1, "rate": 0}, {"item_code": OTHER, "qty": 1, "rate": 50}]
		doc = offer_documents.make_opportunity(items=items)
		with as_user(personas.ENGINEER):
			quotation = save_in_desk(mapper.make_quotation(doc.name)).submit()
			self.assertEqual(get_rates(save_in_desk(make_sales_order(quotation.name))), [0, 50])

	def test_a_form_that_sends_the_saved_0_back_makes_no_row_free(self):
		name = self.make(None)
		save_in_desk(frappe.get_doc("Pipeline Opportunity", name))
		self.assertSaved(name, [900])

	def test_a_row_becomes_free_later(self):
		doc = frappe.get_doc("Pipeline Opportunity", self.opportunity)
		doc.items[0].rate = 0
		save_in_desk(doc)
		self.assertSaved(self.opportunity, [0])


class TestLevelsHold(PricedTestCase):
	"""A Sales User writes level 0 alone, a Sales Manager 1 too."""

	def test_who_says_that_pricing_rules_have_no_say_is_not_believed(self):
		self.set_settings(keep_agreed_rates=0)
		for door in DOORS:
			for link in (self.opportunity, None):
				made = mapper.make_quotation(self.opportunity)
				made.update({"ignore_pricing_rule": 1, "pipeline_opportunity": link})
				with self.subTest(door.__name__, link=link), as_user(personas.ENGINEER):
					self.assertFalse(door(made).ignore_pricing_rule)

	def test_nor_is_who_names_an_opportunity_of_others(self):
		made = mapper.make_quotation(self.opportunity)
		with as_user(personas.OTHER_ENGINEER):
			saved = save_in_desk(made)
		self.assertEqual((saved.ignore_pricing_rule, saved.pipeline_opportunity), (0, None))

	def test_nor_is_who_names_an_opportunity_of_other_items(self):
		made = mapper.make_quotation(self.opportunity)
		made.items[0].update({"item_code": OTHER, "item_name": OTHER})
		with as_user(personas.ENGINEER):
			self.assertFalse(save_in_desk(made).ignore_pricing_rule)

	def test_a_rate_above_the_user_s_level_is_the_agreed_one_whatever_is_sent(self):
		offer_documents.raise_level(self, "Quotation Item", "rate")
		for door in DOORS:
			for sent in (970, 1):
				made = mapper.make_quotation(self.opportunity)
				made.items[0].rate = sent
				with self.subTest(door.__name__, sent=sent), as_user(personas.ENGINEER):
					self.assertEqual(get_rates(door(made)), [970])

	def test_a_row_that_the_user_adds_is_priced_by_erpnext(self):
		offer_documents.raise_level(self, "Quotation Item", "rate")
		offer_documents.make_price(OTHER, 300)
		made = mapper.make_quotation(self.opportunity)
		made.append("items", {"item_code": OTHER, "qty": 1, "rate": 2})
		with as_user(personas.ENGINEER):
			self.assertEqual(get_rates(save_in_desk(made)), [970, 300])

	def test_who_may_write_the_level_types_the_rate(self):
		offer_documents.raise_level(self, "Quotation Item", "rate")
		made = mapper.make_quotation(self.opportunity)
		made.items[0].rate = 950
		self.assertEqual(get_rates(save_in_desk(made)), [950])

	def test_a_rate_of_an_order_above_the_level_is_the_quotation_s(self):
		quotation = save_in_desk(mapper.make_quotation(self.opportunity)).submit()
		offer_documents.raise_level(self, "Sales Order Item", "rate")
		with as_user(personas.ENGINEER):
			order = make_sales_order(quotation.name)
			order.items[0].rate = 1
			self.assertEqual(get_rates(save_in_desk(order)), [970])

	def test_other_fields_above_the_level_survive_as_we_set_them(self):
		offer_documents.raise_level(self, "Quotation", "contact_email")
		opportunity = self.make(970, contact_email="cora@example.com")
		for sent, saved in (("cora@example.com", "cora@example.com"), ("eve@example.com", None)):
			made = mapper.make_quotation(opportunity)
			made.contact_email = sent
			with self.subTest(sent=sent), as_user(personas.ENGINEER):
				self.assertEqual(save_in_desk(made).contact_email or None, saved)

	def test_so_they_do_in_suppliers_documents(self):
		offer_documents.share_with_buyer(self.opportunity)
		makers = (mapper.make_supplier_quotation, mapper.make_request_for_quotation)
		for make, party in zip(makers, ("supplier", "suppliers"), strict=True):
			with as_user(BUYER):
				made = make(self.opportunity)
			offer_documents.raise_level(self, made.doctype, "pipeline_opportunity")
			suppliers = {"supplier": offer_documents.SUPPLIER}
			made.update({party: suppliers["supplier"] if party == "supplier" else [suppliers]})
			made.message_for_supplier = "Please offer"
			for row in made.items:
				row.schedule_date = nowdate()
			with self.subTest(made.doctype), as_user(BUYER):
				self.assertEqual(save_in_desk(made).pipeline_opportunity, self.opportunity)
