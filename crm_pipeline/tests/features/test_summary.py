"""The printed summary, the e-mail template, the tour and the help pages."""

import json
from pathlib import Path

import frappe

import crm_pipeline
from crm_pipeline import custom_fields, install, seeds
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.form import help_pages
from crm_pipeline.patches.v0_1 import rewrite_email_template
from crm_pipeline.tests import personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.factories import OUTCOMES, make_opportunity
from crm_pipeline.tests.users import as_user

NOT_FOR_YOU = (frappe.PermissionError, frappe.DoesNotExistError)
NASTY = "<script>alert('x')</script>"
MODULE = Path(crm_pipeline.__file__).parent / "crm_pipeline"


def read(folder: str) -> list[dict]:
	return [json.loads(path.read_text()) for path in sorted(MODULE.glob(f"{folder}/*/*.json"))]


@site_only("the framework renders print formats")
class TestPrintFormat(PipelineTestCase):
	def print(self, doc) -> str:
		return frappe.get_print(OPPORTUNITY, doc.name, "Opportunity Summary")

	def test_each_stage_prints(self):
		for status in OUTCOMES:
			with self.subTest(status):
				html = self.print(make_opportunity(status))
				for text in (
					personas.CUSTOMER,
					personas.COMPANY,
					personas.REGION,
					"Nikhil North",
					status,
					"1,000.00",
				):
					self.assertIn(text, html)

	def test_an_outcome_shows_what_it_brought(self):
		self.assertIn("₹ 900.00", self.print(make_opportunity("Won")))
		self.assertIn(personas.REASON, self.print(make_opportunity("Lost")))

	def test_items_are_listed_with_their_amounts(self):
		items = [{"item_code": personas.ITEM, "qty": 3, "rate": 250}]
		html = self.print(make_opportunity(with_items=1, items=items))
		self.assertIn(personas.ITEM, html)
		self.assertEqual(html.count("750.00"), 2)  # the row and the total

	def test_nothing_typed_becomes_markup(self):
		"""Input with HTML is refused, but older data may hold some."""
		items = [{"item_code": personas.ITEM, "qty": 1, "rate": 1}]
		doc = make_opportunity("Lost", with_items=1, items=items)
		for fieldname in ("title", "city", "outcome_detail", "party_display_name", "contact_person"):
			frappe.db.set_value(OPPORTUNITY, doc.name, fieldname, NASTY, update_modified=False)
		frappe.db.set_value(doc.items[0].doctype, doc.items[0].name, {"item_name": NASTY, "uom": NASTY})
		frappe.clear_document_cache(OPPORTUNITY, doc.name)
		html = self.print(doc)
		self.assertNotIn("<script>alert", html)
		self.assertIn("&lt;script&gt;alert", html)

	def test_the_sales_engineer_prints_and_nobody_from_elsewhere(self):
		doc = make_opportunity("Lost")
		with as_user(personas.ENGINEER):
			self.assertIn(personas.REASON, self.print(doc))
		with as_user(personas.OTHER_ENGINEER), self.assertRaises(NOT_FOR_YOU):
			self.print(doc)


# what a customer may read of an opportunity; everything else is print_hide
FOR_CUSTOMERS = {
	OPPORTUNITY: {
		*(
			"title",
			"company",
			"party_display_name",
			"product_line",
			"opportunity_type",
			"state",
			"city",
			"items",
		),
		*("contact_person", "party_address", "contact_email", "contact_mobile"),
	},
	"Pipeline Opportunity Item": {"item_code", "item_name", "description", "qty", "uom"},
	"Pipeline Opportunity Lost Reason": set(),
	"Pipeline Opportunity Competitor": set(),
}
LAYOUT = ("Section Break", "Column Break", "Tab Break")


class TestWhatGoesOut(PipelineTestCase):
	"""Only what belongs to the customer goes to the customer."""

	def test_every_field_is_the_customer_s_or_hidden_in_print(self):
		tables = {field.options for field in frappe.get_meta(OPPORTUNITY).get_table_fields()}
		self.assertEqual({OPPORTUNITY, *tables}, set(FOR_CUSTOMERS))
		for doctype, for_customers in FOR_CUSTOMERS.items():
			fields = [field for field in frappe.get_meta(doctype).fields if field.fieldtype not in LAYOUT]
			shown = {field.fieldname for field in fields if not field.print_hide}
			self.assertEqual(shown, for_customers, doctype)

	def test_so_are_the_app_s_fields_of_other_documents(self):
		for doctype in ("Quotation", "Sales Order", "Supplier Quotation", "Request for Quotation", "Lead"):
			for field in custom_fields.CUSTOM_FIELDS[doctype]:
				self.assertEqual((doctype, field["print_hide"]), (doctype, 1))

	def test_the_summary_is_not_the_default(self):
		self.assertFalse(frappe.get_meta(OPPORTUNITY).get("default_print_format"))

	@site_only("the framework renders print formats")
	def test_the_default_print_shows_no_more(self):
		doc = make_secretive()
		for user in (personas.ENGINEER, personas.MANAGER):
			with as_user(user):
				html = frappe.get_print(OPPORTUNITY, doc.name)
			self.assertEqual([secret for secret in SECRETS if secret in html], [])
			for text in (personas.CUSTOMER, personas.COMPANY, personas.ITEM):
				self.assertIn(text, html)

	@site_only("the framework renders templates")
	def test_nor_does_the_e_mail_template(self):
		from frappe.email.doctype.email_template.email_template import get_email_template

		doc = make_secretive()
		with as_user("Administrator"):
			frappe.delete_doc("Email Template", seeds.EMAIL_TEMPLATE, ignore_missing=True)
			install.make_email_template()
		mail = get_email_template(seeds.EMAIL_TEMPLATE, doc.as_json())
		text = mail["subject"] + mail["message"]
		self.assertEqual([secret for secret in SECRETS if secret in text], [])

	def test_a_template_of_before_is_rewritten_and_an_edited_one_stays(self):
		frappe.set_user("Administrator")
		for before, is_rewritten in (
			(rewrite_email_template.OF_BEFORE, True),
			("<p>Ours {{ potential_value }}</p>", False),
		):
			frappe.delete_doc("Email Template", seeds.EMAIL_TEMPLATE, ignore_missing=True)
			install.make_email_template()
			frappe.db.set_value("Email Template", seeds.EMAIL_TEMPLATE, "response_html", before)
			rewrite_email_template.execute()
			text = frappe.db.get_value("Email Template", seeds.EMAIL_TEMPLATE, "response_html")
			self.assertEqual("potential_value" not in text, is_rewritten)


# the marks of a deal that a customer must not read
SECRETS = ("123,456", "123456", "4,321", "4321", personas.REASON, "Not for you", "Their budget")


def make_secretive():
	"""Insert a lost opportunity that says everywhere what is nobody else's business."""
	items = [{"item_code": personas.ITEM, "qty": 3, "rate": 4321}]
	told = {"next_step": "Their budget", "notes": "<p>Their budget</p>", "potential_value": 123456}
	doc = make_opportunity(with_items=1, items=items, **told)
	lost = {"status": "Lost", "outcome_detail": "Not for you", **OUTCOMES["Lost"]}
	return doc.update(lost).save()


class TestEmailTemplate(PipelineTestCase):
	def test_install_makes_it_once_and_keeps_what_an_admin_wrote(self):
		frappe.set_user("Administrator")
		frappe.delete_doc("Email Template", seeds.EMAIL_TEMPLATE, ignore_missing=True)
		install.make_email_template()
		frappe.db.set_value("Email Template", seeds.EMAIL_TEMPLATE, "subject", "Ours")
		install.make_email_template()
		self.assertEqual(frappe.db.get_value("Email Template", seeds.EMAIL_TEMPLATE, "subject"), "Ours")

	@site_only("the framework renders templates")
	def test_it_tells_of_the_record_and_escapes(self):
		from frappe.email.doctype.email_template.email_template import get_email_template

		frappe.set_user("Administrator")
		frappe.delete_doc("Email Template", seeds.EMAIL_TEMPLATE, ignore_missing=True)
		install.make_email_template()
		doc = make_opportunity()
		doc.contact_person = NASTY
		mail = get_email_template(seeds.EMAIL_TEMPLATE, doc.as_json())
		self.assertIn(doc.name, mail["subject"])
		for text in (personas.CUSTOMER, personas.PRODUCT_LINE):
			self.assertIn(text, mail["message"])
		self.assertNotIn("<script>", mail["message"])


class TestTour(PipelineTestCase):
	def test_every_step_points_to_a_field_of_the_form(self):
		tours = read("form_tour")
		self.assertTrue(tours)
		for tour in tours:
			meta = frappe.get_meta(tour["reference_doctype"])
			for step in tour["steps"]:
				df = meta.get_field(step["fieldname"])
				self.assertEqual(
					(df.fieldtype, df.label), (step["fieldtype"], step["label"]), step["fieldname"]
				)
				self.assertFalse(df.hidden)

	def test_what_must_be_filled_in_is_in_the_tour(self):
		shown = {step["fieldname"] for step in read("form_tour")[0]["steps"]}
		self.assertLessEqual({"party_name", "region", "product_line", "potential_value"}, shown)

	def test_every_step_of_the_onboarding_exists_and_leads_somewhere(self):
		steps = {step["name"]: step for step in read("onboarding_step")}
		tours = {tour["name"] for tour in read("form_tour")}
		for onboarding in read("module_onboarding"):
			self.assertEqual([row["step"] for row in onboarding["steps"] if row["step"] not in steps], [])
		slugs = {frappe.scrub(name).replace("_", "-") for name in frappe.get_all("DocType", pluck="name")}
		for step in steps.values():
			self.assertIn(step.get("form_tour", "Pipeline Opportunity"), tours)
			self.assertIn(step.get("path", "pipeline-opportunity").split("/")[0], slugs)

	@site_only("the framework imports them")
	def test_they_are_on_the_site(self):
		for folder in ("form_tour", "onboarding_step", "module_onboarding", "print_format"):
			for record in read(folder):
				self.assertTrue(frappe.db.exists(record["doctype"], record["name"]), record["name"])


@site_only("the framework turns markdown into HTML")
class TestHelp(PipelineTestCase):
	def test_every_page_of_the_docs_opens(self):
		pages = help_pages.get_titles()
		self.assertLessEqual({"form", "lead-contact-customer", "permissions"}, set(pages))
		for page, title in pages.items():
			shown = help_pages.get_page(page)
			self.assertEqual(shown["title"], title)
			self.assertNotIn('.md"', shown["html"])

	def test_another_file_is_no_page(self):
		for page in ("../README", "/etc/passwd", "README", ""):
			with self.assertRaises(frappe.DoesNotExistError):
				help_pages.get_page(page)

	def test_it_is_for_people_who_are_logged_in(self):
		from frappe.website.serve import get_response_content

		with as_user("Guest"), self.assertRaises(frappe.PermissionError):
			frappe.get_attr("crm_pipeline.www.crm_pipeline_help.get_context")(frappe._dict())
		with as_user(personas.ENGINEER):
			self.assertIn("Who sees what", get_response_content("crm_pipeline_help"))
