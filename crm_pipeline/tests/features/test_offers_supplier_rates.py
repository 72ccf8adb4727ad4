"""The best rate per item comes back to the opportunity, and the margin over it (docs/offers.md)."""

import json
from unittest.mock import patch

import frappe
from frappe.model.document import Document
from frappe.utils import add_days, nowdate

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.offers import mapper
from crm_pipeline.tests import doors, offer_documents
from crm_pipeline.tests.audit import get_problems
from crm_pipeline.tests.offer_documents import ITEMS, OffersTestCase, submit_supplier_quotation
from crm_pipeline.tests.users import as_user


class SupplierRatesTestCase(OffersTestCase):
	def assertRates(self, *expected) -> None:
		doc = frappe.get_doc(OPPORTUNITY, self.opportunity)
		self.assertEqual(tuple((row.supplier_rate, row.supplier_quotation) for row in doc.items), expected)


class TestBestRates(SupplierRatesTestCase):
	def test_the_lowest_rate_of_each_item_counts(self):
		first = submit_supplier_quotation(self.opportunity, 50, 90, 0).name
		second = submit_supplier_quotation(
			self.opportunity, 60, 80, 0, supplier=offer_documents.OTHER_SUPPLIER
		).name
		self.assertRates((50, first), (80, second), (0, None))
		self.assertEqual(get_problems(self.opportunity), [])

	def test_a_draft_does_not_count(self):
		with as_user("Administrator"):
			draft = mapper.make_supplier_quotation(self.opportunity)
			draft.update({"supplier": offer_documents.SUPPLIER}).items[0].rate = 1
			draft.insert()
		self.assertRates((0, None), (0, None), (0, None))

	def test_a_cancelled_one_gives_way_to_the_next_best(self):
		first = submit_supplier_quotation(self.opportunity, 50).name
		second = submit_supplier_quotation(self.opportunity, 40)
		self.assertRates((40, second.name), (0, None), (0, None))
		with as_user("Administrator"):
			second.reload().cancel()
		self.assertRates((50, first), (0, None), (0, None))

	def test_an_expired_one_gives_way_with_the_daily_job(self):
		from erpnext.buying.doctype.supplier_quotation.supplier_quotation import set_expired_status

		quotation = submit_supplier_quotation(self.opportunity, 50)
		frappe.db.set_value("Supplier Quotation", quotation.name, "valid_till", add_days(nowdate(), -2))
		set_expired_status()
		self.assertRates((50, quotation.name), (0, None), (0, None))
		offer_documents.run_daily_job()
		self.assertRates((0, None), (0, None), (0, None))

	def test_units_and_currencies_are_converted(self):
		items = [{"item_code": ITEMS[0], "qty": 1, "uom": "Box", "rate": 20}]
		doc = offer_documents.make_opportunity(currency="USD", conversion_rate=80, items=items)
		self.opportunity = doc.name
		with as_user("Administrator"):
			quotation = mapper.make_supplier_quotation(doc.name)
			quotation.update(
				{"supplier": offer_documents.SUPPLIER, "currency": "EUR", "conversion_rate": 100}
			)
			quotation.items[0].update({"uom": "Nos", "conversion_factor": 1, "qty": 10, "rate": 1.2})
			quotation.insert().submit()
		self.assertRates((15, quotation.name))  # 1.20 EUR = 120 INR = 1.50 USD a piece, ten in a box

	def test_the_discount_on_the_whole_counts(self):
		quotation = submit_supplier_quotation(
			self.opportunity, 50, 50, 50, apply_discount_on="Net Total", additional_discount_percentage=10
		).name
		self.assertRates((45, quotation), (45, quotation), (45, quotation))

	def test_an_item_added_later_gets_its_rate_too(self):
		quotation = submit_supplier_quotation(self.opportunity, 50).name
		doc = frappe.get_doc(OPPORTUNITY, self.opportunity)
		doc.append("items", {"item_code": ITEMS[0], "qty": 1, "uom": "Box", "rate": 700})
		doc.save()
		self.assertRates((50, quotation), (0, None), (0, None), (500, quotation))

	def test_a_typed_rate_counts_for_nothing(self):
		quotation = submit_supplier_quotation(self.opportunity, 50).name
		doc = frappe.get_doc(OPPORTUNITY, self.opportunity)
		rows = [
			{**row, "supplier_rate": 1, "supplier_quotation": None}
			for row in json.loads(doc.as_json())["items"]
		]
		doors.put(self.opportunity, {"items": rows})
		self.assertRates((50, quotation), (0, None), (0, None))
		new = offer_documents.make_opportunity(items=[{"item_code": ITEMS[0], "qty": 1, "supplier_rate": 1}])
		self.assertFalse(new.items[0].supplier_rate)

	def test_a_won_opportunity_keeps_its_rates(self):
		first = submit_supplier_quotation(self.opportunity, 50).name
		with as_user("Administrator"):
			second = mapper.make_supplier_quotation(self.opportunity)
			second.update({"supplier": offer_documents.SUPPLIER}).items[0].rate = 40
			second.insert()
			api.make_offer(self.opportunity)
			api.mark_won(self.opportunity, 500)
			second.submit()
		self.assertRates((50, first), (0, None), (0, None))
		sentence = f"{self.opportunity} is Won and keeps its supplier rates. Those of {second.name} were not taken over."
		self.assertEqual(offer_documents.get_notes(self.opportunity)[1:], [sentence])


class TestTimeline(SupplierRatesTestCase):
	"""What suppliers ask for is told in sentences, where the framework would list "from null to … in row #0"."""

	def test_it_says_what_came_what_changed_and_what_went(self):
		first = submit_supplier_quotation(self.opportunity, 50).name
		second = submit_supplier_quotation(self.opportunity, 40)
		with as_user("Administrator"):
			second.reload().cancel()
			frappe.get_doc("Supplier Quotation", first).cancel()
		self.assertEqual(
			offer_documents.get_notes(self.opportunity),
			[
				f"{ITEMS[0]} has a supplier rate: ₹ 50.00 by {first}.",
				f"The best supplier rate of {ITEMS[0]} is ₹ 40.00 by {second.name} now, it was ₹ 50.00 by {first}.",
				f"The best supplier rate of {ITEMS[0]} is ₹ 50.00 by {first} now, it was ₹ 40.00 by {second.name}.",
				f"{ITEMS[0]} has no supplier rate any more, it was ₹ 50.00 by {first}.",
			],
		)

	def test_it_has_one_entry_for_several_items(self):
		submit_supplier_quotation(self.opportunity, 50, 90)
		(note,) = offer_documents.get_notes(self.opportunity)
		self.assertEqual(note.count("has a supplier rate"), 2)

	def test_nothing_else_is_kept_of_such_a_save(self):
		with patch.object(Document, "save_version", autospec=True) as keeping:
			submit_supplier_quotation(self.opportunity, 40)
			doctypes = {call.args[0].doctype for call in keeping.mock_calls}
		self.assertNotIn(OPPORTUNITY, doctypes)
		self.assertIn("Supplier Quotation", doctypes)


class TestMargin(SupplierRatesTestCase):
	def test_it_stands_on_each_line_and_on_the_whole(self):
		submit_supplier_quotation(self.opportunity, 50, 80)
		doc = frappe.get_doc(OPPORTUNITY, self.opportunity)
		self.assertEqual([row.margin_percent for row in doc.items], [100, 25, 0])
		self.assertEqual(doc.margin_percent, 53.85)  # 400 for 260

	def test_it_follows_the_rate(self):
		submit_supplier_quotation(self.opportunity, 50)
		doc = frappe.get_doc(OPPORTUNITY, self.opportunity)
		doc.items[0].rate = 60
		doc.save()
		self.assertEqual((doc.items[0].margin_percent, doc.margin_percent), (20, 20))

	def test_what_is_not_priced_yet_has_none(self):
		submit_supplier_quotation(self.opportunity, 50, 80)
		doc = frappe.get_doc(OPPORTUNITY, self.opportunity)
		doc.items[0].rate = 0
		doc.save()
		self.assertEqual((doc.items[0].margin_percent, doc.margin_percent), (0, 25))

	def test_a_low_one_is_pointed_out_on_the_quotation(self):
		submit_supplier_quotation(self.opportunity, 95, 80)
		frappe.clear_messages()
		quotation = offer_documents.make_quotation(self.opportunity)
		messages = [entry["message"] for entry in frappe.get_message_log()]
		self.assertIn(f"Row 1: the margin of {ITEMS[0]} is 5.26 %, less than 10.0 %.", messages)
		frappe.clear_messages()
		quotation.items[0].rate = 110
		quotation.save()
		self.assertEqual(frappe.get_message_log(), [])
