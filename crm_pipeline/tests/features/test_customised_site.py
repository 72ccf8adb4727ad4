"""Sites that administrators have made their own: fields, tables, long texts, spreadsheets (docs/form.md)."""

from datetime import timedelta

import frappe
from frappe.utils import get_datetime

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import ITEM_ROW, OPPORTUNITY
from crm_pipeline.conversion import convert
from crm_pipeline.tests import factories, offer_documents, personas
from crm_pipeline.tests.audit import get_problems
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user


class TestTexts(PipelineTestCase):
	def test_a_long_description_of_an_item(self):
		item = factories.make_item("DESC-2", description="Long specification sentence. " * 200)
		doc = factories.make_opportunity(items=[{"item_code": item.name, "qty": 1, "rate": 5}])
		doc.reload().save()
		self.assertEqual(len(doc.items[0].description.strip()), len(item.description.strip()))
		api.make_offer(doc.name)

	def test_a_region_of_many_who_are_away(self):
		members = [
			{
				"user": factories.make_user(f"away{number}@example.com", "Sales User"),
				"out_of_office_from": "2020-01-01",
			}
			for number in range(90)
		]
		region = factories.make_region("Large Region", members=members)
		with as_user(personas.MANAGER):
			doc = factories.make_opportunity(region=region.name, route_automatically=1, sales_engineer=None)
		doc.reload().save()
		self.assertIn("Skipped: 70 others.", doc.routing_explanation)

	def test_an_absence_that_only_ended(self):
		members = [{"user": personas.ENGINEER, "out_of_office_to": "2020-01-01"}]
		region = factories.make_region("Returned", members=members)
		region.reload().save()


class TestSpreadsheets(PipelineTestCase):
	def test_they_round_moments(self):
		doc = factories.make_opportunity(city="Chennai")
		opened_on = get_datetime(frappe.db.get_value(OPPORTUNITY, doc.name, "opened_on"))
		rounded = opened_on + timedelta(microseconds=900)
		doc.reload().update({"opened_on": str(rounded), "city": "Salem"}).save()
		stored = frappe.db.get_value(OPPORTUNITY, doc.name, ["city", "opened_on"])
		self.assertEqual(stored, ("Salem", opened_on))


@site_only("Custom Field")
class TestOwnFields(PipelineTestCase):
	def add_field(self, **field) -> None:
		"""A table has no column: its field is there without defining anything, which could not be undone."""
		name = f"{OPPORTUNITY}-{field['fieldname']}"
		frappe.get_doc({"doctype": "Custom Field", "name": name, "dt": OPPORTUNITY, **field}).db_insert()
		self.addCleanup(frappe.clear_cache, doctype=OPPORTUNITY)
		self.addCleanup(frappe.db.delete, "Custom Field", {"name": name})  # cleanups come before the rollback
		frappe.clear_cache(doctype=OPPORTUNITY)

	def test_a_table_of_the_same_rows(self):
		self.add_field(
			fieldname="custom_optional_items", label="Optional Items", fieldtype="Table", options=ITEM_ROW
		)
		items = [
			{"item_code": personas.ITEM, "qty": 1, "rate": 900},
			{"item_code": personas.ITEM, "qty": 4, "rate": 10},
		]
		doc = factories.make_opportunity(
			items=items, custom_optional_items=[{"item_code": personas.ITEM, "qty": 1, "rate": 50}]
		)
		doc.reload()
		doc.items = doc.items[:1]
		doc.save()
		doc.reload()
		self.assertEqual((len(doc.items), len(doc.custom_optional_items), doc.items_total), (1, 1, 900))

	def test_a_field_made_mandatory_later_stops_no_move(self):
		open_one, closed = factories.make_opportunity("Offer Made"), factories.make_opportunity("Won")
		lead = factories.make_lead("Later Prospect", qualification_status="Qualified")
		waiting = factories.make_opportunity(opportunity_from="Lead", party_name=lead.name)
		rows = {"fieldtype": "Table", "options": ITEM_ROW, "label": "Budget", "reqd": 1}
		self.add_field(fieldname="custom_budget", **rows)
		with self.assertRaises(frappe.MandatoryError):
			frappe.get_doc(OPPORTUNITY, open_one.name).save()
		api.mark_lost(open_one.name, [personas.REASON])
		with as_user(personas.MANAGER):
			api.correct(closed.name, "Counted again", won_value=closed.won_value + 1)
			api.reopen(closed.name, "They called again")
		with as_user("Administrator"):
			convert.convert(lead.name, None, None)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, waiting.name, "opportunity_from"), "Customer")
		self.assertEqual(get_problems(open_one.name, closed.name, waiting.name), [])

	def test_nor_a_customer_or_an_order_that_erpnext_makes_of_a_lead(self):
		from erpnext.crm.doctype.lead.lead import make_customer

		leads = [factories.make_lead(f"Later Lead {number}", company=personas.COMPANY) for number in (1, 2)]
		items = [{"item_code": personas.ITEM, "qty": 1, "rate": 900}]
		parties = [{"opportunity_from": "Lead", "party_name": lead.name, "items": items} for lead in leads]
		names = [factories.make_opportunity(**party).name for party in parties]
		quotation = offer_documents.submit_quotation(names[1])
		rows = {"fieldtype": "Table", "options": ITEM_ROW, "label": "Budget", "reqd": 1}
		self.add_field(fieldname="custom_budget", **rows)
		with as_user("Administrator"):
			customer = make_customer(leads[0].name)
			customer.customer_group = frappe.db.get_value("Customer Group", {"is_group": 0})
			customer.insert()
			order = offer_documents.submit_order(quotation.name)
		records = [frappe.get_doc(OPPORTUNITY, name) for name in names]
		self.assertEqual([record.party_name for record in records], [customer.name, order.customer])
		self.assertEqual([record.status for record in records], ["Open", "Won"])
		self.assertEqual(get_problems(*names), [])
