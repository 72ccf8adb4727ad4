"""Enquiries through a Web Form: each is saved, and the visitor learns nothing (docs/web-form.md, case 05)."""

import json

import frappe

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests import leftovers, personas
from crm_pipeline.tests.base import site_only
from crm_pipeline.tests.connections import CommittedTestCase
from crm_pipeline.tests.features.test_rest import request
from crm_pipeline.tests.users import as_user

ACCEPT = "/api/method/frappe.website.doctype.web_form.web_form.accept"
FIELDS = (
	"title",
	"party_display_name",
	"contact_email",
	"notes",
	"opportunity_from",
	"party_name",
	"region",
	"product_line",
	"potential_value",
	"status",
)
ADDRESS = "vera.visitor@visitors.example"


@site_only("web forms")
class TestWebForm(CommittedTestCase):
	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")
		form = {"title": "Cast Enquiry", "route": "cast-enquiry", "doc_type": OPPORTUNITY, "published": 1}
		fields = [
			{
				"fieldname": name,
				"fieldtype": frappe.get_meta(OPPORTUNITY).get_field(name).fieldtype,
				"label": name,
			}
			for name in FIELDS
		]
		for field in fields:
			if field["fieldtype"] not in ("Currency", "Text Editor"):
				field["fieldtype"] = "Data"
		self.form = frappe.get_doc({"doctype": "Web Form", **form, "web_form_fields": fields}).insert().name
		self.made = []
		self.addCleanup(self.remove)
		frappe.db.commit()

	def remove(self):
		frappe.set_user("Administrator")
		frappe.delete_doc("Web Form", self.form, force=True)
		for name in self.made:
			leftovers.remove_opportunity(name)
		leftovers.remove_rows(
			"Contact", frappe.get_all("Contact Email", {"email_id": ADDRESS}, pluck="parent")
		)
		for lead in frappe.get_all("Lead", {"email_id": ADDRESS}, pluck="name"):
			frappe.delete_doc("Lead", lead, force=True)
		frappe.db.commit()

	def send(self, **values):
		answer = request("POST", ACCEPT, user=None, web_form=self.form, data=json.dumps(values))
		self.assertEqual(answer.status_code, 200, answer.get_data(as_text=True)[-500:])
		frappe.db.rollback()
		self.made.append(answer.get_json()["message"]["name"])
		return answer

	def read(self, answer):
		return frappe.get_doc(OPPORTUNITY, answer.get_json()["message"]["name"])

	def test_a_stranger_becomes_a_lead_and_the_details_are_left_to_us(self):
		answer = self.send(
			party_display_name="Lakeside Dairy", contact_email=ADDRESS, notes="Two pumps", status="Won"
		)
		record = self.read(answer)
		self.assertEqual(
			(record.status, record.needs_details, record.opportunity_from, record.title),
			("Open", 1, "Lead", "Enquiry of Lakeside Dairy"),
		)
		self.assertEqual(frappe.db.get_value("Lead", record.party_name, "email_id"), ADDRESS)
		self.assertIn("Two pumps", record.notes)

	def test_a_second_enquiry_is_saved_like_the_first_and_told_nothing_of_it(self):
		values = {"opportunity_from": "Customer", "party_name": personas.CUSTOMER, "region": personas.REGION}
		values |= {"product_line": personas.PRODUCT_LINE, "potential_value": 10}
		answers = [self.send(**values) for _number in range(2)]
		for answer in answers:
			record = self.read(answer)
			self.assertEqual(
				(record.party_name, record.sales_engineer), (personas.CUSTOMER, personas.ENGINEER)
			)
			text = answer.get_data(as_text=True)
			self.assertNotIn("_server_messages", answer.get_json())
			self.assertNotIn(personas.ENGINEER, text)
		names = [answer.get_json()["message"].pop("name") for answer in answers]
		first, second = (
			answer.get_data(as_text=True).replace(name, "")
			for answer, name in zip(answers, names, strict=True)
		)
		self.assertEqual(len(first), len(second))

	def test_nothing_is_looked_up_for_a_visitor(self):
		secrets = {"email_id": "boss@secret.example", "mobile_no": "+919000000001"}
		frappe.db.set_value("Customer", personas.OTHER_CUSTOMER, secrets)
		frappe.db.commit()
		answer = self.send(opportunity_from="Customer", party_name=personas.OTHER_CUSTOMER, title="Pumps")
		for secret in ("boss@secret.example", "9000000001"):
			self.assertNotIn(secret, answer.get_data(as_text=True))
		self.assertEqual(self.read(answer).party_name, personas.OTHER_CUSTOMER)
		answer = self.send(opportunity_from="Customer", party_name="No Such Works")
		record = self.read(answer)
		self.assertIsNone(record.party_name)
		self.assertEqual(
			(record.party_display_name, record.title), ("No Such Works", "Enquiry of No Such Works")
		)

	def test_who_works_on_the_desk_names_no_party_that_they_may_not_read(self):
		from frappe.website.doctype.web_form.web_form import accept

		limit = {"user": personas.ENGINEER, "allow": "Customer", "for_value": personas.CUSTOMER}
		limit = frappe.get_doc({"doctype": "User Permission", **limit}).insert()
		self.addCleanup(limit.delete, ignore_permissions=True)
		values = {
			"opportunity_from": "Customer",
			"party_name": personas.OTHER_CUSTOMER,
			"region": personas.REGION,
			"product_line": personas.PRODUCT_LINE,
			"potential_value": 10,
		}
		self.addCleanup(frappe.flags.pop, "in_web_form", None)
		with as_user(personas.ENGINEER), self.assertRaises(frappe.PermissionError) as refusal:
			accept(self.form, json.dumps(values))
		self.assertIn(f"You may not read Customer {personas.OTHER_CUSTOMER}", str(refusal.exception))
