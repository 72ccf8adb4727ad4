"""A qualified lead becomes one customer, all or nothing, with its opportunities (docs/lead-conversion.md)."""

import inspect
import threading
from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from crm_pipeline import hooks
from crm_pipeline.api import lead as lead_api
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.conversion import convert as conversion
from crm_pipeline.exceptions import ConflictError, DuplicateCustomerError, InputError
from crm_pipeline.tests import factories, offer_documents, personas
from crm_pipeline.tests.audit import get_events
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.connections import CommittedTestCase, Connection
from crm_pipeline.tests.doors import call_rest
from crm_pipeline.tests.users import as_user

QUOTATION = "erpnext.selling.doctype.quotation.quotation"
LEAD = "erpnext.crm.doctype.lead.lead"
EMAIL = "leela@prospect.example"


def make_lead(**overrides):
	"""Insert a lead without phone: ERPNext commits when it makes a contact with one."""
	values = {
		"first_name": "Leela",
		"company_name": "Prospect Works",
		"email_id": EMAIL,
		"qualification_status": "Qualified",
	}
	frappe.db.set_single_value("CRM Settings", "allow_lead_duplication_based_on_emails", 1)
	return factories.make("Lead", **{**values, **overrides})


def make_lead_opportunity(lead, **overrides):
	with as_user(personas.MANAGER):
		return factories.make_opportunity(opportunity_from="Lead", party_name=lead.name, **overrides)


class ConversionTestCase(PipelineTestCase):
	"""Acts as a sales engineer: managers may not create customers."""

	def setUp(self) -> None:
		super().setUp()
		frappe.set_user(personas.ENGINEER)


@site_only("ERPNext's own Lead and Customer")
class TestConvert(ConversionTestCase):
	def test_the_customer_carries_contact_notes_and_lead(self):
		lead = make_lead(notes=[{"note": "Needs it by spring"}])
		customer = frappe.get_doc("Customer", lead_api.convert(lead.name)["customer"])
		self.assertEqual((customer.customer_name, customer.lead_name), ("Prospect Works", lead.name))
		self.assertEqual(frappe.db.count("Contact Email", {"email_id": EMAIL}), 1)
		self.assertEqual(
			frappe.db.get_value("Contact Email", {"email_id": EMAIL}, "parent"),
			customer.customer_primary_contact,
		)
		comments = frappe.get_all("Comment", {"reference_name": customer.name}, pluck="content")
		self.assertIn("Needs it by spring", " ".join(comments))

	def test_the_lead_is_converted_and_stays_so(self):
		lead = make_lead()
		customer = lead_api.convert(lead.name)["customer"]
		lead.reload().save()
		self.assertEqual((lead.status, lead.pipeline_customer), ("Converted", customer))
		self.assertTrue(frappe.db.exists(AUDIT_LOG, {"reference_name": lead.name, "event": "Lead Converted"}))

	def test_open_opportunities_move_and_closed_ones_stay(self):
		lead = make_lead()
		doc, closed = make_lead_opportunity(lead), make_lead_opportunity(lead, status="Lost")
		result = lead_api.convert(lead.name)
		self.assertEqual(result["moved"], [doc.name])
		doc.reload()
		self.assertEqual((doc.customer, doc.lead), (result["customer"], lead.name))
		self.assertEqual(closed.reload().party_name, lead.name)
		self.assertEqual(get_events(doc.name), ["Created", "Lead Converted"])

	def test_the_first_opportunity_comes_in_the_same_step(self):
		lead = make_lead(company=personas.COMPANY)
		values = {"region": personas.REGION, "product_line": personas.PRODUCT_LINE, "potential_value": 5}
		result = lead_api.convert(lead.name, opportunity=values)
		doc = frappe.get_doc(OPPORTUNITY, result["opportunity"])
		self.assertEqual((doc.customer, doc.potential_value), (result["customer"], 5))

	def test_all_or_nothing(self):
		lead = make_lead()
		frappe.db.savepoint("before_conversion")
		with self.assertRefused(InputError, "Region is missing"):
			lead_api.convert(lead.name, opportunity={"product_line": personas.PRODUCT_LINE})
		frappe.db.rollback(save_point="before_conversion")
		self.assertFalse(frappe.db.exists("Customer", {"lead_name": lead.name}))
		self.assertNotEqual(lead.reload().status, "Converted")

	def test_a_lead_without_email_converts(self):
		lead = make_lead(email_id=None)
		self.assertTrue(lead_api.convert(lead.name)["customer"])

	def test_erpnexts_own_way_moves_opportunities_too(self):
		from erpnext.crm.doctype.lead.lead import make_customer

		lead = make_lead()
		doc = make_lead_opportunity(lead)
		customer = make_customer(lead.name).insert()
		self.assertEqual(doc.reload().customer, customer.name)
		self.assertEqual(get_events(doc.name), ["Created", "Lead Converted"])


@site_only("ERPNext's own Lead and Customer")
class TestDuplicates(ConversionTestCase):
	def setUp(self) -> None:
		super().setUp()
		self.customer = lead_api.convert(make_lead().name)["customer"]

	def test_a_customer_with_the_same_email_in_any_case_blocks(self):
		lead = make_lead(email_id=EMAIL.upper(), company_name="Another Name")
		with self.assertRefused(DuplicateCustomerError, f"Customer {self.customer} already has the e-mail"):
			lead_api.convert(lead.name)

	def test_so_does_a_contact_of_it(self):
		contact = {
			"doctype": "Contact",
			"first_name": "Second",
			"email_ids": [{"email_id": "second@prospect.example"}],
		}
		links = [{"link_doctype": "Customer", "link_name": self.customer}]
		factories.make(**{**contact, "links": links})
		lead = make_lead(email_id="second@prospect.example")
		with self.assertRaises(DuplicateCustomerError):
			lead_api.convert(lead.name)

	def test_the_lead_can_be_linked_instead(self):
		lead = make_lead(company_name="Another Name")
		self.assertEqual(lead_api.convert(lead.name, customer=self.customer)["customer"], self.customer)
		lead.reload().save()
		self.assertEqual((lead.status, lead.pipeline_customer), ("Converted", self.customer))

	def test_a_name_alone_only_warns(self):
		lead = make_lead(email_id="someone@else.example")
		self.assertEqual(lead_api.preview_conversion(lead.name)["similar"], [self.customer])
		self.assertTrue(lead_api.convert(lead.name)["customer"])

	def test_a_customer_that_the_user_may_not_read_is_not_named(self):
		lead = make_lead(company_name="Another Name")
		with patch.object(conversion, "_get_readable", return_value=[]):
			with self.assertRaises(DuplicateCustomerError) as refusal:
				lead_api.convert(lead.name)
			preview = lead_api.preview_conversion(lead.name)
		self.assertNotIn(self.customer, str(refusal.exception))
		self.assertEqual((preview["duplicates"], preview["hidden_duplicates"]), ([], 1))


@site_only("ERPNext's own Lead and Customer")
class TestRefused(ConversionTestCase):
	def test_an_unqualified_lead(self):
		lead = make_lead(qualification_status="In Process")
		with self.assertRefused(
			InputError, "is In Process. Set its Qualification Status to Qualified first."
		):
			lead_api.convert(lead.name)

	def test_a_lead_already_converted(self):
		lead = make_lead()
		customer = lead_api.convert(lead.name)["customer"]
		with self.assertRefused(InputError, f"is already converted to customer {customer}."):
			lead_api.convert(lead.name)

	def test_a_converter_who_may_not_create_customers(self):
		lead = make_lead(lead_owner=personas.ENGINEER)
		original = frappe.has_permission

		def deny_customers(doctype, *args, **kwargs):
			if doctype == "Customer":
				raise frappe.PermissionError
			return original(doctype, *args, **kwargs)

		with (
			patch.object(frappe, "has_permission", deny_customers),
			self.assertRaises(frappe.PermissionError),
		):
			lead_api.convert(lead.name)

	def test_somebody_who_may_not_write_the_lead(self):
		lead = make_lead()
		with as_user(personas.APPLICATION_ENGINEER), self.assertRaises(frappe.PermissionError):
			lead_api.convert(lead.name)


@site_only("real connections and locks")
class TestTwoAtOnce(CommittedTestCase):
	def convert_at_once(self, *leads) -> list[Connection]:
		barrier = threading.Barrier(len(leads))

		def convert(lead: str):
			barrier.wait()
			return lead_api.convert(lead)

		connections = [Connection("Administrator", convert, lead.name) for lead in leads]
		for connection in connections:
			connection.join(timeout=60)
		frappe.db.rollback()
		return connections

	def assertOneCustomer(self, connections: list[Connection]) -> None:
		made = [connection.result["customer"] for connection in connections if connection.result]
		self.addCleanup(self.remove, made)
		self.assertEqual(len(made), 1)
		refused = [connection for connection in connections if connection.error]
		self.assertIsInstance(refused[0].error, DuplicateCustomerError | InputError | ConflictError)
		with as_user("Administrator"), self.assertRaises((DuplicateCustomerError, InputError)):
			lead_api.convert(refused[0].arguments[0])

	def remove(self, customers: list[str]) -> None:
		frappe.set_user("Administrator")
		for name in frappe.get_all("Lead", {"email_id": EMAIL}, pluck="name"):
			frappe.db.set_value("Lead", name, "pipeline_customer", None)
		for customer in customers:
			frappe.delete_doc("Customer", customer, force=True)
		for doctype, filters in (("Lead", {"email_id": EMAIL}), ("Contact", {"email_id": EMAIL})):
			for name in frappe.get_all(doctype, filters, pluck="name"):
				frappe.delete_doc(doctype, name, force=True)
		frappe.db.commit()

	def test_one_lead(self):
		lead = make_lead()
		frappe.db.commit()
		self.assertOneCustomer(self.convert_at_once(lead, lead))

	def test_two_leads_with_one_email(self):
		leads = [make_lead(), make_lead(company_name="Another Name")]
		frappe.db.commit()
		self.assertOneCustomer(self.convert_at_once(*leads))


@site_only("ERPNext's own Lead and Customer")
class TestMandatoryFields(ConversionTestCase):
	"""What an administrator made mandatory is asked for in the dialog, and named over REST."""

	def make_mandatory(self, doctype: str, fieldname: str) -> None:
		setting = {"doc_type": doctype, "field_name": fieldname, "property": "reqd", "value": "1"}
		name = f"{doctype}-{fieldname}-reqd"
		defaults = {"doctype": "Property Setter", "doctype_or_field": "DocField", "property_type": "Check"}
		frappe.db.delete("Property Setter", {"name": name})
		frappe.get_doc({**defaults, **setting, "name": name}).db_insert()
		self.addCleanup(frappe.clear_cache, doctype=doctype)
		self.addCleanup(
			frappe.db.delete, "Property Setter", {"name": name}
		)  # cleanups come before the rollback
		frappe.clear_cache(doctype=doctype)

	def convert(self, lead, **arguments) -> dict:
		return call_rest("POST", "/api/method/crm_pipeline.api.lead.convert", lead=lead.name, **arguments)[
			"message"
		]

	def get_asked(self, lead) -> list[tuple]:
		asked = lead_api.preview_conversion(lead.name)["mandatory"]
		return [(field["doctype"], field["fieldname"]) for field in asked]

	def test_one_of_the_customer(self):
		for number, user in enumerate((personas.ENGINEER, "Administrator")):
			with self.subTest(user), as_user(user):
				self.make_mandatory("Customer", "tax_id") if not number else None
				lead = make_lead(email_id=f"leela{number}@prospect.example")
				self.assertEqual(self.get_asked(lead), [("Customer", "tax_id")])
				sentence = "Tax ID of Customer is missing, and mandatory on this site. Enter it"
				with self.assertRefused(frappe.MandatoryError, sentence):
					self.convert(lead)
				customer = self.convert(lead, values={"Customer": {"tax_id": "33AAA"}})["customer"]
				self.assertEqual(frappe.db.get_value("Customer", customer, "tax_id"), "33AAA")

	def test_the_sentence_says_how_to_send_it(self):
		lead = make_lead()
		self.make_mandatory("Customer", "tax_id")
		with self.assertRefused(frappe.MandatoryError, "over REST, send it as values.Customer.tax_id."):
			self.convert(lead)

	def test_one_of_a_contact_that_is_there_and_of_one_that_is_made(self):
		there, new = make_lead(), make_lead(email_id="new@prospect.example")
		frappe.db.delete("Dynamic Link", {"parenttype": "Contact", "link_name": new.name})
		frappe.db.delete("Contact Email", {"email_id": "new@prospect.example"})
		self.make_mandatory("Contact", "department")
		for lead in (there, new):
			with self.subTest(lead.email_id):
				self.assertEqual(self.get_asked(lead), [("Contact", "department")])
				with self.assertRefused(frappe.MandatoryError, "Department of Contact is missing"):
					self.convert(lead)
				customer = self.convert(lead, values={"Contact": {"department": "Works"}})["customer"]
				contact = frappe.db.get_value("Customer", customer, "customer_primary_contact")
				self.assertEqual(frappe.db.get_value("Contact", contact, "department"), "Works")

	def test_one_of_an_address(self):
		lead = make_lead()
		links = [{"link_doctype": "Lead", "link_name": lead.name}]
		address = {"address_title": "Works", "address_line1": "1 Street", "city": "Chennai", "links": links}
		address = factories.make("Address", **address, country="India")
		self.make_mandatory("Address", "pincode")
		self.assertEqual(self.get_asked(lead), [("Address", "pincode")])
		with self.assertRefused(frappe.MandatoryError, "Postal Code of Address is missing"):
			self.convert(lead)
		customer = self.convert(lead, values={"Address": {"pincode": "600001"}})["customer"]
		address.reload()
		self.assertEqual(address.pincode, "600001")
		self.assertIn(customer, [link.link_name for link in address.links])

	def test_what_erpnext_fills_in_is_not_asked_for(self):
		group = frappe.db.get_value("Customer Group", {"is_group": 0})
		territory = frappe.db.get_value("Territory", {"is_group": 0})
		frappe.db.set_single_value("Selling Settings", {"customer_group": group, "territory": territory})
		for fieldname in ("customer_group", "territory", "naming_series", "customer_type"):
			self.make_mandatory("Customer", fieldname)
		lead = make_lead()
		self.assertEqual(self.get_asked(lead), [])
		customer = frappe.get_doc("Customer", self.convert(lead)["customer"])
		self.assertEqual((customer.customer_group, customer.territory), (group, territory))

	def test_without_a_default_they_are(self):
		for fieldname in ("customer_group", "territory"):
			frappe.db.set_single_value("Selling Settings", fieldname, None)
			frappe.defaults.clear_default(key=frappe.unscrub(fieldname))
			self.make_mandatory("Customer", fieldname)
		lead = make_lead()
		self.assertEqual(self.get_asked(lead), [("Customer", "customer_group"), ("Customer", "territory")])

	def test_the_lead_that_lacks_one_converts(self):
		lead = make_lead()
		self.make_mandatory("Lead", "industry")
		self.convert(lead)
		self.assertEqual(frappe.db.get_value("Lead", lead.name, "status"), "Converted")

	def test_linking_to_a_customer_asks_for_none(self):
		lead = make_lead()
		self.make_mandatory("Customer", "tax_id")
		self.assertEqual(self.convert(lead, customer=personas.CUSTOMER)["customer"], personas.CUSTOMER)

	def test_nothing_else_is_taken(self):
		lead = make_lead()
		for values, sentence in (
			({"Customer": {"credit_limits": []}}, "credit_limits of Customer is no mandatory field."),
			({"Customer": {"lead_name": "X"}}, "lead_name of Customer is no mandatory field."),
			({"User": {"email": "X"}}, "email of User is no mandatory field."),
			({"Customer": "X"}, "Send an object of objects"),
			("[]", "Send an object of objects"),
		):
			with self.subTest(values), self.assertRefused(InputError, sentence):
				self.convert(lead, values=values)


@site_only("ERPNext's own Lead, Customer, Quotation and Sales Order")
class TestErpnextsOwnDoors(ConversionTestCase):
	"""Once Convert has named the lead's customer, ERPNext's own functions find it and make no other."""

	def setUp(self) -> None:
		super().setUp()
		offer_documents.make_buying_cast()
		self.lead = make_lead(company_name="Lena Ltd", email_id="lena@lead.example")

	def make_quotation(self):
		"""Insert an opportunity of the lead with an item, and submit its quotation."""
		items = [{"item_code": offer_documents.ITEMS[0], "qty": 1, "rate": 900}]
		doc = make_lead_opportunity(self.lead, items=items, sales_engineer=personas.ENGINEER)
		self.opportunity = doc.name
		return offer_documents.submit_quotation(doc.name)

	def convert(self, **arguments) -> str:
		"""Convert the lead by REST, and return its customer."""
		answer = call_rest(
			"POST", "/api/method/crm_pipeline.api.lead.convert", lead=self.lead.name, **arguments
		)
		self.customers = self.count_customers()
		return answer["message"]["customer"]

	def count_customers(self) -> int:
		return frappe.db.count("Customer")

	def assertRecord(self, **values) -> None:
		record = frappe.db.get_value(OPPORTUNITY, self.opportunity, list(values), as_dict=True)
		self.assertEqual(record, values)

	def press(self, path: str, name: str):
		"""Choose one of ERPNext's Create menu."""
		from frappe.model.mapper import make_mapped_doc

		return make_mapped_doc(path, name)

	def order(self, quotation: str):
		"""Create the order of a quotation as the desk does, save and submit it."""
		order = self.press(f"{QUOTATION}.make_sales_order", quotation)
		order.delivery_date = add_days(nowdate(), 7)
		return order.insert().submit()

	def test_the_order_of_a_linked_lead_is_for_its_customer_and_wins(self):
		for customer, user in (
			(personas.CUSTOMER, personas.ENGINEER),
			(factories.make_customer("Cast Linked").name, personas.MANAGER),
		):
			with self.subTest(user):
				self.lead = make_lead(company_name=user, email_id=f"lena.{user}")
				quotation = self.make_quotation()
				self.convert(customer=customer)
				with as_user(user):
					order = self.order(quotation.name)
				self.assertEqual((order.customer, self.count_customers()), (customer, self.customers))
				self.assertRecord(status="Won", customer=customer, sales_order=order.name, won_value=900)

	def test_so_it_is_when_the_customer_came_from_another_lead(self):
		former = make_lead(email_id="former@lead.example")
		customer = lead_api.convert(former.name)["customer"]
		quotation = self.make_quotation()
		self.convert(customer=customer)
		order = self.order(quotation.name)
		self.assertEqual((order.customer, self.count_customers()), (customer, self.customers))
		self.assertRecord(status="Won", customer=customer)
		self.assertEqual(frappe.db.get_value("Customer", customer, "lead_name"), former.name)

	def test_over_rest_too(self):
		lead_api.convert(make_lead(email_id="former@lead.example").name)
		customer = frappe.db.get_value("Customer", {"customer_name": "Prospect Works"})
		quotation = self.make_quotation()
		self.convert(customer=customer)
		frappe.set_user("Administrator")  # for the invoice
		for function in ("make_sales_order", "make_sales_invoice"):
			answer = call_rest("POST", f"/api/method/{QUOTATION}.{function}", source_name=quotation.name)
			self.assertEqual(answer["message"]["customer"], customer)
		self.assertEqual(self.count_customers(), self.customers)

	def test_create_customer_opens_the_one_there_is(self):
		for arguments in ({}, {"customer": personas.CUSTOMER}):
			with self.subTest(arguments):
				self.lead = make_lead(company_name="Lena Ltd", email_id=f"lena{len(arguments)}@lead.example")
				customer = self.convert(**arguments)
				opened = self.press(f"{LEAD}.make_customer", self.lead.name)
				self.assertEqual((opened.name, bool(opened.is_new())), (customer, False))

	def test_so_it_does_from_erpnexts_own_opportunity(self):
		theirs = frappe.get_doc(
			{
				"doctype": "Opportunity",
				"opportunity_from": "Lead",
				"party_name": self.lead.name,
				"company": personas.COMPANY,
			}
		).insert(ignore_mandatory=True)
		customer = self.convert()
		path = "erpnext.crm.doctype.opportunity.opportunity.make_customer"
		self.assertEqual(self.press(path, theirs.name).name, customer)

	def test_the_form_of_a_linked_lead_does_not_offer_it(self):
		from frappe.desk.form.load import run_onload

		lead_api.convert(make_lead(email_id="former@lead.example").name, customer=personas.CUSTOMER)
		self.convert(customer=personas.CUSTOMER)
		lead = frappe.get_doc("Lead", self.lead.name)
		run_onload(lead)
		self.assertEqual(lead.get("__onload").is_customer, personas.CUSTOMER)

	def test_a_customer_that_the_user_may_not_read_is_not_shown(self):
		self.convert(customer=personas.CUSTOMER)
		with as_user(personas.APPLICATION_ENGINEER), self.assertRaises(frappe.PermissionError):
			self.press(f"{LEAD}.make_customer", self.lead.name)

	def test_a_lead_that_is_not_ours_is_as_erpnext_has_it(self):
		customer = self.press(f"{LEAD}.make_customer", self.lead.name)
		self.assertEqual((bool(customer.is_new()), customer.lead_name), (True, self.lead.name))
		order = self.press(f"{QUOTATION}.make_sales_order", self.make_quotation().name)
		self.assertEqual(frappe.db.get_value("Customer", order.customer, "lead_name"), self.lead.name)

	def test_each_takes_what_erpnext_s_takes(self):
		for path, ours in hooks.override_whitelisted_methods.items():
			with self.subTest(path):
				theirs, function = frappe.get_attr(path), frappe.get_attr(ours)
				taken = set(inspect.signature(function).parameters)
				self.assertLessEqual(set(inspect.signature(theirs).parameters), taken)
				methods = frappe.allowed_http_methods_for_whitelisted_func
				self.assertEqual(methods[function], methods[theirs])

	def test_what_another_app_puts_in_its_place_is_called(self):
		self.convert(customer=personas.CUSTOMER)
		path = f"{LEAD}.make_customer"
		other = frappe._dict(get_hooks=frappe.get_hooks)

		def get_hooks(*arguments, **options):
			found = other.get_hooks(*arguments, **options)
			if arguments[:1] != ("override_whitelisted_methods",):
				return found
			return {**found, path: ["erpnext.crm.doctype.lead.lead.make_quotation", *found[path]]}

		with patch.object(frappe, "get_hooks", get_hooks):
			made = self.press(path, make_lead(email_id="other@lead.example").name)
		self.assertEqual(made.doctype, "Quotation")
