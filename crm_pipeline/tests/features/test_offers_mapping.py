"""What Make → X carries over, what it leaves out, and what it refuses (docs/offers.md)."""

from unittest.mock import patch

import frappe

from crm_pipeline.exceptions import ClosedRecordError, InputError
from crm_pipeline.offers import mapper
from crm_pipeline.tests import factories, offer_documents, personas
from crm_pipeline.tests.offer_documents import ITEMS, OffersTestCase
from crm_pipeline.tests.users import as_user

MAPPERS = (
	mapper.make_quotation,
	mapper.make_quotation_from_supplier_rates,
	mapper.make_supplier_quotation,
	mapper.make_request_for_quotation,
)
SUPPLIER_MAPPERS = (mapper.make_supplier_quotation, mapper.make_request_for_quotation)
TOTALS = ("total", "net_total", "total_taxes_and_charges", "grand_total", "base_grand_total")


def make_price(item_code: str, rate: float, uom: str = "Nos") -> None:
	price_list = frappe.db.get_single_value("Selling Settings", "selling_price_list")
	factories.make("Item Price", item_code=item_code, price_list=price_list, price_list_rate=rate, uom=uom)


def make_taxes() -> None:
	"""Give the company a default template of 18 %."""
	abbreviation = frappe.get_cached_value("Company", personas.COMPANY, "abbr")
	parent = frappe.db.get_value(
		"Account", {"company": personas.COMPANY, "account_type": "Tax"}, "parent_account"
	)
	parent = parent or frappe.db.get_value("Account", {"account_name": "Duties and Taxes"})
	account = factories.make(
		"Account",
		account_name="Cast Tax",
		parent_account=parent,
		company=personas.COMPANY,
		account_type="Tax",
	)
	row = {"charge_type": "On Net Total", "account_head": account.name, "description": "Tax", "rate": 18}
	factories.make(
		"Sales Taxes and Charges Template",
		title=f"Cast {abbreviation}",
		company=personas.COMPANY,
		is_default=1,
		taxes=[row],
	)


class TestQuotation(OffersTestCase):
	def test_it_is_for_the_same_party_in_the_same_currency(self):
		address = factories.make_address(personas.CUSTOMER)
		contact = factories.make("Contact", first_name="Cora", links=address.links)
		doc = offer_documents.make_opportunity(
			contact_person=contact.name,
			contact_email="cora@example.com",
			opportunity_type=personas.OPPORTUNITY_TYPE,
		)
		with as_user(personas.ENGINEER):
			quotation = mapper.make_quotation(doc.name).insert()
		self.assertEqual(
			(quotation.quotation_to, quotation.party_name, quotation.company, quotation.currency),
			("Customer", personas.CUSTOMER, personas.COMPANY, "INR"),
		)
		self.assertEqual((quotation.contact_person, quotation.contact_display), (contact.name, "Cora"))
		self.assertEqual(
			(quotation.contact_email, quotation.customer_address), ("cora@example.com", address.name)
		)
		self.assertEqual((quotation.territory, quotation.order_type), (doc.territory, "Sales"))
		self.assertEqual((quotation.pipeline_opportunity, quotation.opportunity), (doc.name, None))
		self.assertFalse(any(row.prevdoc_docname for row in quotation.items))

	def test_a_lead_gets_one_too(self):
		lead = factories.make_lead(company=personas.COMPANY)
		doc = offer_documents.make_opportunity(opportunity_from="Lead", party_name=lead.name)
		quotation = mapper.make_quotation(doc.name).insert()
		self.assertEqual((quotation.quotation_to, quotation.party_name), ("Lead", lead.name))

	def test_the_price_list_prices_what_it_knows(self):
		make_price(ITEMS[0], 120)
		doc = offer_documents.make_opportunity()
		quotation = mapper.make_quotation(doc.name).insert()
		self.assertEqual([row.rate for row in quotation.items], [120, 100, 100])

	def test_making_one_adds_nothing_to_the_price_list(self):
		"""ERPNext's own mapper adds every rate it carries over."""
		doc = offer_documents.make_opportunity()
		self.set_settings(keep_agreed_rates=1)
		mapper.make_quotation(doc.name)
		self.assertFalse(frappe.db.exists("Item Price", {"item_code": ("in", ITEMS)}))

	def test_agreed_rates_are_kept_if_the_settings_say_so(self):
		make_price(ITEMS[0], 120)
		self.set_settings(keep_agreed_rates=1)
		doc = offer_documents.make_opportunity()
		quotation = mapper.make_quotation(doc.name).insert()
		self.assertEqual([row.rate for row in quotation.items], [100, 100, 100])
		self.assertEqual((quotation.items[0].price_list_rate, quotation.ignore_pricing_rule), (120, 1))

	def test_units_come_with_their_factor(self):
		make_price(ITEMS[0], 120)
		items = [{"item_code": ITEMS[0], "qty": 3, "uom": "Box", "rate": 900}]
		quotation = mapper.make_quotation(offer_documents.make_opportunity(items=items).name).insert()
		row = quotation.items[0]
		self.assertEqual(
			(row.uom, row.stock_uom, row.conversion_factor, row.stock_qty), ("Box", "Nos", 10, 30)
		)
		self.assertEqual(row.rate, 1200)

	def test_without_items_it_has_an_empty_row(self):
		doc = factories.make_opportunity()
		quotation = mapper.make_quotation(doc.name)
		self.assertEqual([row.item_code for row in quotation.items], [None])

	def test_totals_and_taxes_are_those_of_one_typed_by_hand(self):
		make_taxes()
		make_price(ITEMS[1], 77.7)
		doc = offer_documents.make_opportunity()
		made = mapper.make_quotation(doc.name).insert()
		rows = [{"item_code": row.item_code, "qty": row.qty} for row in doc.items]
		for row in (rows[0], rows[2]):
			row["rate"] = 100
		typed = frappe.new_doc("Quotation").update({"party_name": personas.CUSTOMER, "items": rows})
		typed.set_taxes()  # as the form does when it opens
		typed.insert()
		self.assertEqual([made.get(name) for name in TOTALS], [typed.get(name) for name in TOTALS])
		self.assertEqual(made.total_taxes_and_charges, 99.97)
		self.assertEqual(
			[(row.rate, row.price_list_rate, row.net_amount) for row in made.items],
			[(row.rate, row.price_list_rate, row.net_amount) for row in typed.items],
		)

	def test_what_is_fetched_from_the_item_is_there(self):
		frappe.db.set_value("Item", ITEMS[0], "image", "/files/pump.png")
		with as_user("Administrator"):
			for make in (mapper.make_quotation, mapper.make_request_for_quotation):
				made = make(offer_documents.make_opportunity().name)
				with self.subTest(make.__name__):
					self.assertEqual(
						[row.image or None for row in made.items], ["/files/pump.png", None, None]
					)

	def test_it_costs_clearly_less_than_erpnext_s_own(self):
		from erpnext.crm.doctype.opportunity.opportunity import make_quotation

		doc = offer_documents.make_opportunity()
		rows = [{name: row.get(name) for name in ("item_code", "qty", "uom", "rate")} for row in doc.items]
		other = factories.make(
			"Opportunity",
			opportunity_from="Customer",
			party_name=personas.CUSTOMER,
			company=personas.COMPANY,
			with_items=1,
			items=rows,
		)
		mappers = ((mapper.make_quotation, doc.name), (make_quotation, other.name))
		for user in ("Administrator", personas.ENGINEER):
			with as_user(user):
				for make, name in mappers:
					make(name)  # fills the caches
				warm = [self.count_statements(make, name) for make, name in mappers]
				cold = [self.count_statements(make, name, is_cold=True) for make, name in mappers]
			for state, (ours, theirs) in {"warm": warm, "cold": cold}.items():
				with self.subTest(state, user=user):
					self.assertLess(ours, theirs * 0.85)

	def count_statements(self, make, name: str, is_cold: bool = False) -> int:
		"""Count those of one request; a cold one finds no document in the cache."""
		frappe.db.value_cache.clear()
		if is_cold:
			frappe.cache.delete_keys("document_cache::")
		with patch.object(frappe.db, "sql", wraps=frappe.db.sql) as sql:
			make(name)
		return sql.call_count


class TestSupplierDocuments(OffersTestCase):
	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")

	def test_nothing_of_the_customer_reaches_a_supplier(self):
		address = factories.make_address(personas.CUSTOMER, city="Secretville")
		contact = factories.make("Contact", first_name="Cora", links=address.links)
		doc = offer_documents.make_opportunity(
			contact_person=contact.name,
			contact_email="cora@example.com",
			contact_mobile="+91 98400 12345",
			currency="USD",
			conversion_rate=80,
			next_step="Secret step",
			items=[{"item_code": ITEMS[0], "qty": 2, "rate": 4321}],
		)
		secrets = (
			personas.CUSTOMER,
			"Secretville",
			"Cora",
			"cora@",
			"98400",
			"USD",
			"4321",
			"Secret step",
			"8642",
		)
		for make in SUPPLIER_MAPPERS:
			made = make(doc.name)
			text = made.as_json()
			with self.subTest(make.__name__):
				self.assertEqual([secret for secret in secrets if secret in text], [])
				self.assertFalse(made.items[0].get("rate"))

	def test_they_carry_the_items(self):
		items = [{"item_code": ITEMS[0], "qty": 3, "uom": "Box", "rate": 900, "description": "In red"}]
		doc = offer_documents.make_opportunity(items=items)
		for make in SUPPLIER_MAPPERS:
			made = make(doc.name)
			row = made.items[0]
			with self.subTest(make.__name__):
				self.assertEqual((made.pipeline_opportunity, made.company), (doc.name, personas.COMPANY))
				self.assertEqual(
					(row.item_code, row.qty, row.uom, row.conversion_factor, row.stock_uom, row.description),
					(ITEMS[0], 3, "Box", 10, "Nos", "In red"),
				)

	def test_a_supplier_quotation_can_be_saved_in_the_supplier_s_currency(self):
		factories.make_exchange_rate("EUR", "INR", 90)
		doc = offer_documents.make_opportunity()
		made = offer_documents.submit_supplier_quotation(
			doc.name, 1, 2, 3, currency="EUR", conversion_rate=90
		)
		self.assertEqual((made.currency, made.base_net_total), ("EUR", 12 * 90))


class TestQuotationFromSupplierRates(OffersTestCase):
	def test_it_adds_the_margin_of_the_settings(self):
		self.set_settings(default_margin_percent=25)
		doc = offer_documents.make_opportunity()
		offer_documents.submit_supplier_quotation(doc.name, 40, 80)
		quotation = mapper.make_quotation_from_supplier_rates(doc.name).insert()
		self.assertEqual([row.rate for row in quotation.items], [50, 100, 100])

	def test_it_keeps_to_the_opportunity_s_currency(self):
		factories.make_exchange_rate("USD", "INR", 80)
		doc = offer_documents.make_opportunity(currency="USD", conversion_rate=80)
		offer_documents.submit_supplier_quotation(doc.name, 4000)
		quotation = mapper.make_quotation_from_supplier_rates(doc.name).insert()
		self.assertEqual((quotation.currency, quotation.items[0].rate), ("USD", 60))


class TestRefusals(OffersTestCase):
	def test_a_closed_opportunity(self):
		doc = offer_documents.make_opportunity("Lost")
		frappe.set_user("Administrator")
		for make in MAPPERS:
			with self.subTest(make.__name__), self.assertRefused(ClosedRecordError, f"{doc.name} is Lost. "):
				make(doc.name)

	def test_a_user_who_may_not_create_the_document(self):
		doc = offer_documents.make_opportunity()
		with as_user(personas.ENGINEER):
			sentence = "You may not create a Supplier Quotation. Ask a manager for the permission."
			with self.assertRefused(frappe.PermissionError, sentence):
				mapper.make_supplier_quotation(doc.name)
		offer_documents.share_with_buyer(doc.name)
		with as_user(offer_documents.BUYER):
			for make in MAPPERS[:2]:
				with self.assertRefused(frappe.PermissionError, "You may not create a Quotation."):
					make(doc.name)

	def test_a_user_who_may_not_read_the_opportunity(self):
		doc = offer_documents.make_opportunity()
		with as_user(personas.OTHER_ENGINEER), self.assertRaises(frappe.PermissionError):
			mapper.make_quotation(doc.name)

	def test_a_disabled_item(self):
		doc = offer_documents.make_opportunity()
		offer_documents.submit_supplier_quotation(doc.name, 1, 2, 3)
		with as_user("Administrator"):
			frappe.get_doc("Item", ITEMS[1]).update({"disabled": 1}).save()
		for make in MAPPERS:
			with self.subTest(make.__name__), as_user("Administrator"):
				sentence = f"Item {ITEMS[1]} is disabled. Enable it or take it off {doc.name}."
				with self.assertRefused(InputError, sentence):
					make(doc.name)

	def test_a_frozen_or_disabled_customer(self):
		doc = offer_documents.make_opportunity()
		for fieldname, state in (("is_frozen", "frozen"), ("disabled", "disabled")):
			frappe.db.set_value("Customer", personas.CUSTOMER, {"is_frozen": 0, "disabled": 0, fieldname: 1})
			sentence = (
				f"Customer {personas.CUSTOMER} is {state}. That has to end before a Quotation can be made."
			)
			with self.assertRefused(InputError, sentence):
				mapper.make_quotation(doc.name)

	def test_no_items_to_ask_a_supplier_for(self):
		doc = factories.make_opportunity()
		for make in SUPPLIER_MAPPERS:
			with (
				self.subTest(make.__name__),
				as_user("Administrator"),
				self.assertRefused(
					InputError, f"{doc.name} has no items. Add what the suppliers are asked for."
				),
			):
				make(doc.name)

	def test_no_supplier_rates_to_add_a_margin_to(self):
		doc = offer_documents.make_opportunity()
		with self.assertRefused(InputError, f"{doc.name} has no supplier rates yet."):
			mapper.make_quotation_from_supplier_rates(doc.name)
