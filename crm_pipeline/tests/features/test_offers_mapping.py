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
		offer_documents.make_price(ITEMS[0], 120)
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
		offer_documents.make_price(ITEMS[0], 120)
		self.set_settings(keep_agreed_rates=1)
		doc = offer_documents.make_opportunity()
		quotation = mapper.make_quotation(doc.name).insert()
		self.assertEqual([row.rate for row in quotation.items], [100, 100, 100])
		self.assertEqual((quotation.items[0].price_list_rate, quotation.ignore_pricing_rule), (120, 1))

	def test_units_come_with_their_factor(self):
		offer_documents.make_price(ITEMS[0], 120)
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
		offer_documents.make_price(ITEMS[1], 77.7)
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


class TestPartyDefaults(OffersTestCase):
	"""A quotation starts with what one has that is started by hand for the party."""

	def setUp(self):
		super().setUp()
		self.price_list = factories.make(
			"Price List", price_list_name="Dealer INR", currency="INR", selling=1, enabled=1
		).name
		offer_documents.make_price(ITEMS[0], 1000)
		offer_documents.make_price(ITEMS[0], 800, self.price_list)

	def make(self, **overrides):
		"""Save what Make gives for one row at 790."""
		items = [{"item_code": ITEMS[0], "qty": 1, "rate": 790}]
		doc = offer_documents.make_opportunity(**{"items": items, **overrides})
		return offer_documents.save_in_desk(mapper.make_quotation(doc.name))

	def assertPriced(self, quotation, price_list: str, rate: float) -> None:
		self.assertEqual((quotation.selling_price_list, quotation.items[0].rate), (price_list, rate))

	def test_the_customer_s_price_list_comes_before_the_site_s(self):
		frappe.db.set_value("Customer", personas.CUSTOMER, "default_price_list", self.price_list)
		for user in (personas.ENGINEER, personas.MANAGER):
			with self.subTest(user=user), as_user(user):
				self.assertPriced(self.make(), self.price_list, 800)

	def test_so_does_that_of_the_customer_s_group(self):
		group = frappe.db.get_value("Customer", personas.CUSTOMER, "customer_group")
		frappe.db.set_value("Customer Group", group, "default_price_list", self.price_list)
		frappe.clear_document_cache("Customer Group", group)
		self.assertPriced(self.make(), self.price_list, 800)

	def test_without_either_it_is_the_site_s(self):
		site_s = frappe.db.get_single_value("Selling Settings", "selling_price_list")
		self.assertPriced(self.make(), site_s, 1000)

	def test_a_price_list_in_another_currency_is_converted(self):
		factories.make_exchange_rate("USD", "INR", 80)
		price_list = factories.make(
			"Price List", price_list_name="Dealer USD", currency="USD", selling=1, enabled=1
		).name
		offer_documents.make_price(ITEMS[0], 9, price_list)
		frappe.db.set_value("Customer", personas.CUSTOMER, "default_price_list", price_list)
		self.assertPriced(self.make(), price_list, 720)

	def test_a_lead_has_the_site_s(self):
		lead = factories.make_lead(company=personas.COMPANY)
		site_s = frappe.db.get_single_value("Selling Settings", "selling_price_list")
		self.assertPriced(self.make(opportunity_from="Lead", party_name=lead.name), site_s, 1000)

	def test_what_a_person_chose_in_the_document_stays(self):
		frappe.db.set_value("Customer", personas.CUSTOMER, "default_price_list", self.price_list)
		site_s = frappe.db.get_single_value("Selling Settings", "selling_price_list")
		target = frappe.new_doc("Quotation").update({"selling_price_list": site_s, "language": "de"})
		made = mapper.make_quotation(offer_documents.make_opportunity().name, target.as_json())
		self.assertEqual((made.selling_price_list, made.language), (site_s, "de"))

	def test_the_rest_is_that_of_one_started_by_hand(self):
		from erpnext.accounts.party import get_party_details

		terms = factories.make("Payment Terms Template", **make_payment_terms()).name
		address = factories.make_address(personas.CUSTOMER)
		shipping = factories.make_address(
			personas.CUSTOMER, city="Salem", is_primary_address=0, is_shipping_address=1
		)
		category = factories.make("Tax Category", title="Cast Export").name
		values = {"payment_terms": terms, "language": "de", "tax_category": category}
		frappe.db.set_value("Customer", personas.CUSTOMER, values)
		site_s = frappe.db.get_single_value("Selling Settings", "selling_price_list")
		with as_user("Administrator"):
			details = get_party_details(
				personas.CUSTOMER, company=personas.COMPANY, doctype="Quotation", price_list=site_s
			)
			made = self.make()
		for fieldname, value in details.items():
			if made.meta.has_field(fieldname):
				with self.subTest(fieldname):
					self.assertEqual(made.get(fieldname) or None, value or None)
		expected = (terms, "de", category, address.name, shipping.name)
		names = ("payment_terms_template", "language", "tax_category", "customer_address")
		self.assertEqual((*map(made.get, names), made.shipping_address_name), expected)

	def test_the_contact_person_is_reached_by_nobody_else_s_address(self):
		links = [{"link_doctype": "Customer", "link_name": personas.CUSTOMER}]
		addresses = [{"email_id": "first@example.com", "is_primary": 1}]
		factories.make("Contact", first_name="First", links=links, email_ids=addresses, is_primary_contact=1)
		second = factories.make("Contact", first_name="Second", links=links)
		made = self.make(contact_person=second.name)
		self.assertEqual((made.contact_display, made.contact_email or None), ("Second", None))


def make_payment_terms() -> dict:
	term = factories.make("Payment Term", payment_term_name="Cast 30", invoice_portion=100, credit_days=30)
	row = {"payment_term": term.name, "invoice_portion": 100, "credit_days": 30}
	row["due_date_based_on"] = "Day(s) after invoice date"
	return {"template_name": "Cast 30", "terms": [row]}


DESCRIPTION = (
	"<div><p>Centrifugal pump, 7.5 kW</p><ul><li>Impeller: bronze</li><li>Seal: carbon</li></ul>"
	"<table><tbody><tr><td>Flow</td><td>40 m³/h</td></tr><tr><td>Head</td><td>32 m</td></tr></tbody></table>"
	"<p>Flange &lt;DN 80&gt;</p></div>"
)


class TestDescriptions(OffersTestCase):
	def make_all(self, **item):
		"""Return the row of the opportunity and of each document made from it, as they are stored."""
		doc = offer_documents.make_opportunity(items=[{"qty": 1, "rate": 5, **item}]).reload()
		offer_documents.share_with_buyer(doc.name)
		yield doc.items[0]
		yield offer_documents.save_in_desk(mapper.make_quotation(doc.name)).items[0]
		with as_user("Administrator"):
			for make in SUPPLIER_MAPPERS:
				yield make(doc.name).items[0]

	def test_an_item_s_description_keeps_its_list_and_table(self):
		item = factories.make_item("DESC-1", description=DESCRIPTION)
		for row in self.make_all(item_code=item.name):
			with self.subTest(row.doctype):
				self.assertEqual(row.description, item.reload().description)
				for part in ("<li>Impeller: bronze</li>", "<td>Flow</td>", "&lt;DN 80&gt;"):
					self.assertIn(part, row.description)

	def test_a_typed_one_keeps_its_lines_and_signs(self):
		for row in self.make_all(item_code=ITEMS[0], description="Valve <DN 80>\n5 < 6 bar\nred"):
			with self.subTest(row.doctype):
				text = row.description.replace("&gt;", ">")
				self.assertEqual(text, "Valve &lt;DN 80><br>5 &lt; 6 bar<br>red")

	def test_one_that_is_typed_later_does_too(self):
		doc = frappe.get_doc("Pipeline Opportunity", self.opportunity)
		doc.items[0].description = "Valve <DN 80>"
		self.assertEqual(
			offer_documents.save_in_desk(doc).items[0].description.replace("&gt;", ">"), "Valve &lt;DN 80>"
		)

	def test_it_runs_no_script(self):
		typed = "<p>Pump</p><script>alert(1)</script><img src=x onerror=alert(1)>"
		for row in self.make_all(item_code=ITEMS[0], description=typed):
			with self.subTest(row.doctype):
				self.assertNotIn("<script", row.description)
				self.assertNotIn("onerror", row.description)


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
