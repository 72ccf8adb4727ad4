"""What an opportunity says of its party and product line is what those are called (docs/form.md)."""

import frappe

from crm_pipeline.api import opportunity as api
from crm_pipeline.audit.findings import DIFFERS
from crm_pipeline.audit.integrity import find_problems
from crm_pipeline.constants import AUDIT_LOG, LOST_REASON_ROW, OPPORTUNITY
from crm_pipeline.tests import factories
from crm_pipeline.tests.audit import get_log, get_problems
from crm_pipeline.tests.base import PipelineTestCase, site_only

FIELDS = ["party_display_name", "title"]


@site_only("renaming")
class TestRenamed(PipelineTestCase):
	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")
		self.customer = factories.make_customer("Old Name Ltd").name
		self.doc = factories.make_opportunity(party_name=self.customer, title=None)
		self.line = self.doc.product_line

	def get(self, name: str) -> tuple:
		return tuple(frappe.db.get_value(OPPORTUNITY, name, FIELDS))

	def test_a_customer(self):
		typed = factories.make_opportunity(party_name=self.customer, title="Our own words").name
		frappe.rename_doc("Customer", self.customer, "New Name Ltd")
		frappe.get_doc("Customer", "New Name Ltd").update({"customer_name": "New Name Ltd"}).save()
		self.assertEqual(self.get(self.doc.name), ("New Name Ltd", f"New Name Ltd – {self.line}"))
		self.assertEqual(self.get(typed), ("New Name Ltd", "Our own words"))
		frappe.get_doc(OPPORTUNITY, self.doc.name).save()
		self.assertEqual(self.get(self.doc.name), ("New Name Ltd", f"New Name Ltd – {self.line}"))

	def test_a_customer_that_is_merged(self):
		other = factories.make_customer("Dup Two").name
		frappe.rename_doc("Customer", self.customer, other, merge=True)
		self.assertEqual(self.get(self.doc.name), ("Dup Two", f"Dup Two – {self.line}"))

	def test_a_lead(self):
		lead = factories.make_lead("Leela Prospect")
		doc = factories.make_opportunity(opportunity_from="Lead", party_name=lead.name, title=None)
		frappe.get_doc("Lead", lead.name).update({"company_name": "Prospect and Daughters"}).save()
		title = frappe.db.get_value("Lead", lead.name, "title")
		self.assertEqual(self.get(doc.name), (title, f"{title} – {doc.product_line}"))

	def test_a_product_line(self):
		frappe.rename_doc("Pipeline Product Line", self.line, "Cast Pumps of today")
		self.assertEqual(self.get(self.doc.name), ("Old Name Ltd", "Old Name Ltd – Cast Pumps of today"))

	def test_one_that_is_merged_brings_its_business_unit(self):
		unit = factories.make_master("Pipeline Business Unit", "Cast other unit").name
		other = factories.make_master("Pipeline Product Line", "Cast other line", business_unit=unit).name
		frappe.rename_doc("Pipeline Product Line", self.line, other, merge=True)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, self.doc.name, "business_unit"), unit)
		self.assertEqual(get_problems(self.doc.name), [])

	def test_lost_reasons_that_are_merged_count_once(self):
		reasons = [
			factories.make_master(
				"Pipeline Lost Reason", f"Cast {word}", category="Price", applies_to="Both"
			).name
			for word in ("dear", "too dear")
		]
		doc = factories.make_opportunity()
		api.mark_lost(doc.name, reasons)
		frappe.rename_doc("Pipeline Lost Reason", *reasons, merge=True)
		rows = frappe.get_all(LOST_REASON_ROW, filters={"parent": doc.name}, pluck="lost_reason")
		self.assertEqual(rows, reasons[1:])
		self.assertEqual(get_problems(doc.name), [])

	def test_users_that_are_merged_are_one_member(self):
		users = [factories.make_user(f"member{number}@example.com", "Sales User") for number in range(2)]
		members = [{"user": user, "weight": weight} for weight, user in enumerate(users, start=1)]
		region = factories.make_region("Merged", members=members)
		frappe.rename_doc("User", *users, merge=True)
		self.assertEqual([(row.user, row.weight) for row in region.reload().members], [(users[1], 2)])
		region.save()

	def test_users_that_are_merged_have_the_targets_of_who_stays(self):
		leaver, stayer = (
			factories.make_user(f"target{number}@example.com", "Sales User") for number in (1, 2)
		)
		rows = [(leaver, "1", 100), (leaver, "2", 200), (stayer, "1", 700)]
		settings = frappe.get_doc("Pipeline Settings")
		settings.targets = []
		for user, quarter, target in rows:
			values = {"sales_engineer": user, "year": 2030, "quarter": quarter, "target": target}
			settings.append("targets", values)
		settings.save()
		frappe.clear_messages()
		frappe.rename_doc("User", leaver, stayer, merge=True)
		targets = frappe.get_doc("Pipeline Settings").targets
		left = {(row.sales_engineer, row.quarter, row.target) for row in targets}
		self.assertEqual(left, {(stayer, "1", 700), (stayer, "2", 200)})
		told = frappe.as_json(frappe.get_message_log())
		self.assertIn(f"1 sales targets of {leaver} were dropped: {stayer} has own ones", told)
		frappe.get_doc("Pipeline Settings").save()

	def test_a_name_as_long_as_names_get(self):
		for length in (138, 140):
			reason = make_reason(f"Cast short {length}")
			with self.subTest(length):
				for letter in ("y", "z", "y", "z", "y"):
					frappe.rename_doc("Pipeline Lost Reason", reason, letter * length)
					reason = letter * length
				self.assertEqual([name[-5:] for name in get_entries(reason)], ["-0001", "-0002", "-0003"])
				self.assertEqual(find_about(reason, "z" * length), [])

	def test_a_name_given_back_again_and_again(self):
		doc = factories.make_opportunity()
		names = [make_reason("Cast to and fro"), "Cast fro and to"]
		api.mark_lost(doc.name, names[:1])
		for number in range(7):
			frappe.rename_doc("Pipeline Lost Reason", names[number % 2], names[1 - number % 2])
			self.assertEqual(get_problems(doc.name), [])
		self.assertEqual(find_about(*names), [])

	def test_a_name_that_differs_in_case_alone(self):
		reason = make_reason("Cast Case")
		for name in ("Cast other case", "cast case", "Cast other Case", "CAST CASE"):
			frappe.rename_doc("Pipeline Lost Reason", reason, name)
			reason = name
		self.assertEqual(find_about("Cast Case", "cast case", "CAST CASE", "Cast other case"), [])

	def test_a_master_called_like_another_one(self):
		region = factories.make_region("Cast namesake").name
		reason = make_reason("Cast before")
		frappe.rename_doc("Pipeline Region", region, "Cast same")
		frappe.rename_doc("Pipeline Lost Reason", reason, "Cast same")
		doctypes = frappe.get_all(
			AUDIT_LOG, filters={"reference_name": "Cast same"}, pluck="reference_doctype"
		)
		self.assertCountEqual(doctypes, ["Pipeline Region", "Pipeline Lost Reason"])
		self.assertEqual(find_about("Cast same"), [])

	def test_a_currency(self):
		currency = factories.make("Currency", currency_name="CXA", fraction_units=100, enabled=1).name
		open_one = factories.make_opportunity(currency=currency, conversion_rate=2)
		won = factories.make_opportunity("Won", currency=currency, conversion_rate=2)
		frappe.rename_doc("Currency", currency, "CXB", force=True)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, won.name, "won_currency"), "CXB")
		self.assertEqual(get_problems(open_one.name, won.name), [])

	def test_each_master_that_the_log_names_has_a_log_of_its_renames(self):
		frappe.rename_doc("Customer", self.customer, "Newer Name Ltd")
		other = factories.make_customer("Merged Away Ltd").name
		frappe.rename_doc("Customer", other, "Newer Name Ltd", merge=True)
		frappe.rename_doc("Pipeline Product Line", self.line, "Cast Pumps of tomorrow")
		filters = {"reference_name": ("in", ["Newer Name Ltd", "Cast Pumps of tomorrow"])}
		fields = ["reference_doctype", "event"]
		told = frappe.get_all(AUDIT_LOG, filters=filters, fields=fields, order_by="at_utc", as_list=True)
		renamed = [("Customer", "Renamed"), ("Customer", "Merged"), ("Pipeline Product Line", "Renamed")]
		self.assertEqual([tuple(row) for row in told], renamed)
		self.assertEqual([row.event for row in get_log(self.doc.name)], ["Created"])

	def test_each_master_twice_and_merged(self):
		lead = factories.make_lead("Rena Renamed").name
		docs = [
			factories.make_opportunity(party_name=self.customer, region=factories.make_region("Once").name),
			factories.make_opportunity(opportunity_from="Lead", party_name=lead),
		]
		region, line = docs[0].region, self.line
		for doctype, name in (
			("Pipeline Region", region),
			("Pipeline Product Line", line),
			("Customer", self.customer),
			("Lead", lead),
		):
			for number in (1, 2):
				frappe.rename_doc(doctype, name, f"Cast renamed {doctype} {number}", force=True)
				name = f"Cast renamed {doctype} {number}"
		others = {
			"Pipeline Region": factories.make_region("Twice").name,
			"Pipeline Product Line": factories.make_master(
				"Pipeline Product Line", "Cast merged", business_unit=self.doc.business_unit
			).name,
			"Customer": factories.make_customer("Cast merged Ltd").name,
		}
		for doctype, other in others.items():
			frappe.rename_doc(doctype, f"Cast renamed {doctype} 2", other, merge=True, force=True)
		self.assertEqual(get_problems(*(doc.name for doc in docs)), [])
		docs[0].reload().update({"potential_value": 5}).save()
		self.assertEqual(get_problems(*(doc.name for doc in docs)), [])
		for doc in docs:
			for fieldname in ("region", "product_line", "customer", "party_name"):
				frappe.db.set_value(OPPORTUNITY, doc.name, fieldname, "Nobody", update_modified=False)
			kinds = [kind for kind, _entry in get_problems(doc.name)]
			self.assertEqual(kinds, [DIFFERS] * 4)

	def test_a_user_whom_no_opportunity_names_is_not_named_in_the_log(self):
		factories.make_user("pia.portal@example.com", "Customer")
		frappe.rename_doc("User", "pia.portal@example.com", "nobody.portal@example.com")
		self.assertFalse(frappe.db.exists(AUDIT_LOG, {"reference_name": "nobody.portal@example.com"}))


def make_reason(name: str) -> str:
	return factories.make_master("Pipeline Lost Reason", name, category="Price", applies_to="Both").name


def get_entries(name: str) -> list[str]:
	return frappe.get_all(AUDIT_LOG, filters={"reference_name": name}, pluck="name", order_by="name")


def find_about(*names: str) -> list:
	return [problem for problem in find_problems() if problem.reference_name in names]
