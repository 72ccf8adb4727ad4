"""Margins over the suppliers' rates: who sees them, and whose call it is when they are low (docs/offers.md)."""

from unittest.mock import patch

import frappe
from frappe.desk.form.load import getdoc

from crm_pipeline.api import offers as offers_api
from crm_pipeline.exceptions import InputError
from crm_pipeline.offers import margins
from crm_pipeline.tests import factories, offer_documents, personas
from crm_pipeline.tests.offer_documents import ITEMS, OffersTestCase, save_in_desk, submit_supplier_quotation
from crm_pipeline.tests.users import as_user

UNDER_MINIMUM = "Quotation {0} of {1} is under the minimum margin. Decide whether it stands."


class MarginsTestCase(OffersTestCase):
	"""Two of three items, sold at 100, cost 95 and 80; the minimum is 10 %."""

	def setUp(self):
		super().setUp()
		self.set_settings(minimum_margin_percent=10)
		submit_supplier_quotation(self.opportunity, 95, 80)
		with as_user(personas.ENGINEER):
			self.quotation = offer_documents.make_quotation(self.opportunity)
		frappe.clear_messages()

	def open_form(self) -> dict | None:
		"""Return the margins that the form of the quotation shows."""
		frappe.local.response = frappe._dict(docs=[])
		getdoc("Quotation", self.quotation.name)
		return frappe.local.response.docs[0].get_onload().get("pipeline_margins")

	def submit(self) -> None:
		with as_user(personas.ENGINEER):
			frappe.get_doc("Quotation", self.quotation.name).submit()


class TestWhereTheyStand(MarginsTestCase):
	def test_on_the_quotation_s_form(self):
		rows = [
			{"idx": 1, "item_code": ITEMS[0], "margin_percent": 5.26, "is_low": True},
			{"idx": 2, "item_code": ITEMS[1], "margin_percent": 25, "is_low": False},
		]
		for user in (personas.ENGINEER, personas.MANAGER):
			with self.subTest(user=user), as_user(user):
				self.assertEqual(self.open_form(), {"rows": rows, "margin_percent": 14.29})  # 400 for 350

	def test_in_the_list_of_offers(self):
		with as_user(personas.ENGINEER):
			(row,) = offers_api.get_documents(self.opportunity)["quotations"]
		self.assertEqual(row["margin_percent"], 14.29)

	def test_on_a_quotation_in_another_currency_and_unit(self):
		factories.make_exchange_rate("USD", "INR", 80)
		with as_user("Administrator"):
			doc = frappe.get_doc("Quotation", self.quotation.name)
			doc.update({"currency": "USD", "conversion_rate": 80})
			doc.items[0].update({"uom": "Box", "conversion_factor": 10, "rate": 20})  # 1600 for 950
			doc.items[1].rate = 2  # 160 for 80
			doc.save()
		self.assertEqual([row["margin_percent"] for row in self.open_form()["rows"]], [68.42, 100])

	def test_one_without_suppliers_rates_has_none(self):
		other = offer_documents.make_opportunity().name
		self.quotation = offer_documents.make_quotation(other)
		self.assertIsNone(self.open_form())
		self.assertIsNone(offers_api.get_documents(other)["quotations"][0]["margin_percent"])

	def test_one_of_no_opportunity_has_none(self):
		self.quotation = factories.make_quotation()
		self.assertIsNone(self.open_form())


class TestWhoSeesThem(MarginsTestCase):
	def test_nobody_who_does_not_see_the_opportunity(self):
		with as_user(personas.OTHER_ENGINEER):
			self.assertIsNone(self.open_form())
			save_in_desk(frappe.get_doc("Quotation", self.quotation.name))
		self.assertNotIn("Low Margin", str(frappe.get_message_log()))

	def test_nobody_whose_roles_do_not_reach_the_suppliers_rates(self):
		offer_documents.raise_level(self, "Pipeline Opportunity Item", "supplier_rate")
		with as_user(personas.ENGINEER):
			self.assertIsNone(self.open_form())
			self.assertIsNone(offers_api.get_documents(self.opportunity)["quotations"][0]["margin_percent"])

	def test_what_goes_wrong_stops_no_quotation(self):
		broken = patch.object(margins, "_get_costs", side_effect=ZeroDivisionError)
		with broken, as_user(personas.ENGINEER):
			self.assertIsNone(self.open_form())
			doc = frappe.get_doc("Quotation", self.quotation.name).submit()
		self.assertEqual(doc.docstatus, 1)
		for part in ("margins of % are not shown", "margin of % was not looked at"):
			self.assertTrue(frappe.db.exists("Error Log", {"method": ("like", f"%{part}%")}), part)


class TestUnderTheMinimum(MarginsTestCase):
	def get_todos(self, user: str = personas.MANAGER) -> list[str]:
		filters = {"reference_name": self.opportunity, "allocated_to": user}
		return frappe.get_all("ToDo", filters=filters, pluck="description")

	def raise_rates(self) -> None:
		with as_user(personas.ENGINEER):
			doc = frappe.get_doc("Quotation", self.quotation.name)
			doc.items[0].rate = 110
			doc.save()

	def test_the_manager_of_the_region_gets_a_to_do(self):
		frappe.db.set_value("Pipeline Region", personas.GROUP_REGION, "sales_manager", personas.MANAGER)
		self.assertEqual(self.get_todos(), [])
		self.submit()
		self.assertEqual(self.get_todos(), [UNDER_MINIMUM.format(self.quotation.name, self.opportunity)])

	def test_without_one_each_sales_manager_does(self):
		self.submit()
		self.assertEqual(len(self.get_todos()), 1)

	def test_above_it_nobody_does(self):
		self.raise_rates()
		self.submit()
		self.assertEqual(self.get_todos(), [])

	def test_a_manager_who_submits_has_decided(self):
		frappe.get_doc("Quotation", self.quotation.name).submit()
		self.assertEqual(self.get_todos(), [])

	def test_it_blocks_by_a_switch(self):
		self.set_settings(block_under_minimum_margin=1)
		sentence = (
			f"Quotation {self.quotation.name} is under the minimum margin. Ask a Sales Manager to submit it."
		)
		with self.assertRefused(InputError, sentence):
			self.submit()
		frappe.get_doc("Quotation", self.quotation.name).submit()
		self.assertRecord(status="Offer Made", offer=self.quotation.name)

	def test_the_draft_that_waits_for_a_manager_is_a_to_do(self):
		self.set_settings(block_under_minimum_margin=1)
		with as_user(personas.ENGINEER):
			for _save in range(2):
				frappe.get_doc("Quotation", self.quotation.name).save()
		self.assertEqual(self.get_todos(), [UNDER_MINIMUM.format(self.quotation.name, self.opportunity)])

	def test_a_quotation_above_it_is_not_blocked(self):
		self.set_settings(block_under_minimum_margin=1)
		self.raise_rates()
		self.submit()
		self.assertRecord(status="Offer Made", offer=self.quotation.name)

	def test_the_switch_is_off(self):
		self.assertFalse(frappe.new_doc("Pipeline Settings").block_under_minimum_margin)
