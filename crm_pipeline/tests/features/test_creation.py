"""How an opportunity comes to be, and who works on it."""

from unittest.mock import patch

import frappe
import frappe.client
from frappe.utils import add_days, get_datetime, getdate, now_datetime, nowdate

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity.party import set_party
from crm_pipeline.domain import lifecycle
from crm_pipeline.exceptions import TransitionError
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

STARTS_OPEN = (
	"A new opportunity starts as Open, not as {0}. Leave the status out; closed history needs Is History."
)
# what a won deal holds that another one must not
OF_THAT_DEAL = {
	"conversion_rate": 75,
	"probability": 35,
	"expected_closing": nowdate(),
	"next_contact_by": personas.MANAGER,
	"next_contact_date": add_days(now_datetime(), 3),
	"next_step": "Call",
	"notes": "Of that deal",
	"keep_open_until": add_days(nowdate(), 9),
	"external_id": "EXT-1",
	"title": "That deal",
}
IN_EVERY_RECORD_OTHERWISE = frozenset({"audit_hash", "opened_utc", "status_changed_utc"})


class TestNewOpportunity(PipelineTestCase):
	def test_it_is_open_and_stamped(self):
		before = now_datetime()
		doc = factories.make_opportunity().reload()
		self.assertEqual(doc.status, "Open")
		self.assertGreaterEqual(doc.opened_on, before)
		self.assertEqual((doc.status_changed_on, doc.status_changed_by), (doc.opened_on, personas.MANAGER))

	def test_no_other_status_is_accepted(self):
		for status in ("Offer Made", "Won", "Lost", "Rejected"):
			for user in (personas.MANAGER, personas.API_USER, "Administrator"):
				with (
					self.subTest(status=status, user=user),
					as_user(user),
					self.assertRefused(TransitionError, STARTS_OPEN.format(status)),
				):
					factories.new_opportunity(status=status, **factories.OUTCOMES[status]).insert()

	def test_no_other_status_is_accepted_over_the_api_either(self):
		with self.assertRefused(TransitionError, STARTS_OPEN.format("Offer Made")):
			frappe.client.insert(factories.new_opportunity(status="Offer Made").as_dict())

	def test_what_only_the_system_sets_is_dropped(self):
		yesterday = add_days(now_datetime(), -1)
		doc = factories.make_opportunity(
			opened_on=yesterday,
			closed_on=yesterday,
			closed_by=personas.ENGINEER,
			audit_count=7,
			audit_hash="x",
		)
		self.assertGreater(get_datetime(doc.opened_on), yesterday)
		self.assertFalse(doc.closed_on or doc.closed_by)
		self.assertEqual(doc.audit_count, 1)

	def test_title_and_business_unit_are_derived(self):
		doc = factories.make_opportunity(business_unit=None)
		self.assertEqual(doc.title, f"{personas.CUSTOMER} – {personas.PRODUCT_LINE}")
		self.assertEqual(doc.business_unit, personas.BUSINESS_UNIT)

	def test_the_title_follows_the_party_until_it_is_typed(self):
		doc = factories.make_opportunity()
		doc.update({"party_name": personas.OTHER_CUSTOMER}).save()
		self.assertEqual(doc.title, f"{personas.OTHER_CUSTOMER} – {personas.PRODUCT_LINE}")
		doc.update({"title": "Booster station"}).save()
		doc.update({"party_name": personas.CUSTOMER}).save()
		self.assertEqual(doc.title, "Booster station")

	def test_currency_and_probability_have_defaults(self):
		doc = factories.make_opportunity()
		settings = frappe.get_doc("Pipeline Settings")
		self.assertEqual(doc.currency, frappe.db.get_value("Company", personas.COMPANY, "default_currency"))
		self.assertEqual(doc.probability, settings.probability_open)

	def test_a_party_may_have_many_and_an_open_one_is_pointed_out(self):
		first = factories.make_opportunity()
		frappe.clear_messages()
		factories.make_opportunity()
		self.assertIn(first.name, str(frappe.get_message_log()))

	def test_an_open_one_of_somebody_else_is_not_given_away(self):
		first = factories.make_opportunity(sales_engineer=personas.OTHER_ENGINEER)
		frappe.clear_messages()
		with as_user(personas.ENGINEER):
			factories.new_opportunity().insert()
			self.assertNotIn(first.name, str(frappe.get_message_log()))

	def test_an_external_id_is_used_once(self):
		factories.make_opportunity(external_id="ERP-1")
		with self.assertRaises(frappe.UniqueValidationError):
			factories.make_opportunity(external_id="ERP-1")

	def test_many_may_have_no_external_id(self):
		for external_id in (None, "", ""):
			self.assertFalse(factories.make_opportunity(external_id=external_id).external_id)


class TestParty(PipelineTestCase):
	def test_customer_and_display_name_come_from_the_customer(self):
		doc = factories.make_opportunity()
		self.assertEqual((doc.customer, doc.lead), (personas.CUSTOMER, None))
		self.assertEqual(doc.party_display_name, personas.CUSTOMER)

	@site_only("ERPNext's own Lead fills its title")
	def test_a_lead_may_be_the_party(self):
		lead = factories.make_lead("Leela Prospect", email_id="leela@example.com")
		doc = factories.make_opportunity(opportunity_from="Lead", party_name=lead.name)
		self.assertEqual((doc.customer, doc.lead), (None, lead.name))
		self.assertEqual((doc.party_display_name, doc.contact_email), ("Leela Prospect", "leela@example.com"))

	def test_contact_and_place_of_a_customer_come_along_and_give_way_to_what_is_typed(self):
		party = {"territory": "India", "email_id": "buyer@example.com", "mobile_no": "98400 12345"}
		frappe.db.set_value(
			"Customer", personas.CUSTOMER, {**party, "customer_primary_contact": "Bina Buyer"}
		)
		doc = factories.new_opportunity()
		set_party(doc)
		self.assertEqual((doc.territory, doc.contact_person), ("India", "Bina Buyer"))
		self.assertEqual((doc.contact_email, doc.contact_mobile), ("buyer@example.com", "98400 12345"))
		typed = factories.new_opportunity(contact_email="other@example.com")
		set_party(typed)
		self.assertEqual((typed.contact_email, typed.contact_mobile), ("other@example.com", "98400 12345"))

	def test_contact_and_place_of_a_lead_come_along(self):
		place = {"territory": "India", "city": "Madurai", "state": "Tamil Nadu"}
		contact = {"email_id": "leela@example.com", "mobile_no": "98400 12345"}
		lead = factories.make_lead().name
		frappe.db.set_value("Lead", lead, {**place, **contact, "title": "Leela of Prospect"})
		doc = factories.new_opportunity(opportunity_from="Lead", party_name=lead)
		set_party(doc)
		self.assertEqual((doc.territory, doc.city, doc.state), ("India", "Madurai", "Tamil Nadu"))
		self.assertEqual((doc.contact_email, doc.contact_mobile), ("leela@example.com", "98400 12345"))
		self.assertEqual(doc.party_display_name, "Leela of Prospect")

	def test_a_contact_that_is_chosen_brings_e_mail_and_mobile(self):
		for user in (personas.ENGINEER, personas.MANAGER):
			with self.subTest(user):
				contact = make_contact("chosen", "98400 11111")
				with as_user(user):
					doc = factories.make_opportunity(contact_person=contact)
				self.assertEqual(get_details(doc), ("chosen@example.com", "98400 11111"))

	def test_what_is_typed_beside_it_stays(self):
		contact = make_contact("chosen", "98400 11111")
		doc = factories.make_opportunity(contact_person=contact, contact_email="typed@example.com")
		self.assertEqual(get_details(doc), ("typed@example.com", "98400 11111"))
		doc.update({"contact_person": make_contact("second", "98400 22222")}).save()
		self.assertEqual(get_details(doc.reload()), ("typed@example.com", "98400 22222"))

	def test_another_contact_brings_its_own(self):
		doc = factories.make_opportunity(contact_person=make_contact("first", "98400 11111"))
		doc.update({"contact_person": make_contact("second")}).save()
		self.assertEqual(get_details(doc.reload()), ("second@example.com", None))

	def test_the_customer_s_details_are_not_put_beside_another_contact(self):
		frappe.db.set_value("Customer", personas.CUSTOMER, "mobile_no", "98400 12345")
		doc = factories.make_opportunity(contact_person=make_contact("chosen"))
		self.assertEqual(get_details(doc), ("chosen@example.com", None))

	def test_a_number_that_is_none_stops_nothing(self):
		contact = make_contact("chosen", "98400 11111")
		frappe.db.set_value("Contact", contact, "mobile_no", "ask at the desk")
		doc = factories.make_opportunity(contact_person=contact)
		self.assertEqual(get_details(doc), ("chosen@example.com", None))

	def test_a_contact_that_the_user_may_not_read_is_refused(self):
		contact = make_contact("chosen")
		hidden = patch("crm_pipeline.access.reading.may_read", lambda doctype, name: doctype != "Contact")
		refused = self.assertRefused(frappe.PermissionError, "You may not read Contact")
		with as_user(personas.ENGINEER), hidden, refused:
			factories.make_opportunity(contact_person=contact)

	def test_customer_can_not_be_typed_past_the_party(self):
		doc = factories.make_opportunity(customer=personas.OTHER_CUSTOMER)
		self.assertEqual(doc.customer, personas.CUSTOMER)

	def test_the_place_comes_from_the_primary_address_and_may_be_edited(self):
		factories.make_address(personas.CUSTOMER, city="Madurai", state="Tamil Nadu")
		doc = factories.make_opportunity()
		self.assertEqual((doc.city, doc.state), ("Madurai", "Tamil Nadu"))
		doc.update({"city": "Theni"}).save()
		self.assertEqual(doc.reload().city, "Theni")

	def test_a_typed_place_is_kept(self):
		factories.make_address(personas.CUSTOMER, city="Madurai", state="Tamil Nadu")
		self.assertEqual(factories.make_opportunity(city="Salem").city, "Salem")


class TestSalesEngineer(PipelineTestCase):
	def test_an_eligible_creator_is_the_sales_engineer(self):
		for user in (personas.ENGINEER, personas.MANAGER, personas.API_USER):
			with self.subTest(user), as_user(user):
				self.assertEqual(factories.new_opportunity().insert().sales_engineer, user)

	def test_a_creator_who_is_not_eligible_is_not_the_sales_engineer(self):
		for user in (personas.ORG_ADMIN, "Administrator"):
			with self.subTest(user), as_user(user):
				self.assertNotEqual(factories.new_opportunity().insert().sales_engineer, user)

	def test_a_manager_names_somebody_else(self):
		doc = factories.make_opportunity(sales_engineer=personas.OTHER_ENGINEER)
		doc.update({"sales_engineer": personas.ENGINEER}).save()
		self.assertEqual(doc.reload().sales_engineer, personas.ENGINEER)

	def test_an_engineer_names_nobody_else(self):
		sentence = (
			f"Only a manager may make {personas.OTHER_ENGINEER} the Sales Engineer of an opportunity. "
			"Ask a manager to hand it over."
		)
		doc = factories.make_opportunity()
		with as_user(personas.ENGINEER):
			with self.assertRefused(frappe.PermissionError, sentence):
				factories.new_opportunity(sales_engineer=personas.OTHER_ENGINEER).insert()
			with self.assertRefused(frappe.PermissionError, sentence):
				doc.update({"sales_engineer": personas.OTHER_ENGINEER}).save()

	def test_an_engineer_does_not_drop_their_own(self):
		doc = factories.make_opportunity()
		with (
			as_user(personas.ENGINEER),
			self.assertRefused(frappe.PermissionError, "Only a manager may make nobody the Sales Engineer"),
		):
			doc.update({"sales_engineer": None}).save()

	def test_application_engineers_are_accepted_as_such(self):
		for user in (personas.APPLICATION_ENGINEER, personas.OTHER_ENGINEER, personas.MANAGER):
			doc = factories.make_opportunity(application_engineer=user)
			self.assertEqual(doc.application_engineer, user)

	def test_the_record_of_someone_who_left_stays_usable(self):
		leaver = factories.make_user("lena.leaver@example.com", "Sales User")
		doc = factories.make_opportunity(sales_engineer=leaver, application_engineer=leaver)
		frappe.db.set_value("User", leaver, "enabled", 0)
		frappe.clear_document_cache("User", leaver)
		doc.reload().update({"next_step": "Call them"}).save()
		self.assertEqual(doc.reload().next_step, "Call them")

	def test_an_outsider_creates_nothing(self):
		for user in (personas.OUTSIDER, personas.APPLICATION_ENGINEER):
			with self.subTest(user), as_user(user), self.assertRaises(frappe.PermissionError):
				factories.new_opportunity().insert()
			self.assertFalse(frappe.db.exists(OPPORTUNITY, {"owner": user}))


class TestDuplicate(PipelineTestCase):
	def test_a_copy_of_a_closed_record_starts_open_and_clean(self):
		for status in ("Open", "Offer Made", "Won", "Lost", "Rejected"):
			with self.subTest(status):
				original = factories.make_opportunity(status, external_id=f"ERP-{status}")
				copy = duplicate(original.reload())
				self.assertEqual((copy.status, copy.audit_count), ("Open", 1))
				for fieldname in (
					"won_value",
					"closed_on",
					"closed_by",
					"external_id",
					"offer",
					"outcome_detail",
					*lifecycle.EXIT_FIELDS,
				):
					self.assertFalse(copy.get(fieldname), fieldname)
				self.assertEqual(copy.lost_reasons, [])

	def test_a_copy_keeps_what_is_wanted_again(self):
		original = factories.make_opportunity(
			items=[{"item_code": personas.ITEM, "qty": 2, "rate": 50}], source=personas.SOURCE
		)
		copy = duplicate(original.reload())
		for fieldname in ("party_name", "region", "product_line", "source", "potential_value"):
			self.assertEqual(copy.get(fieldname), original.get(fieldname), fieldname)
		self.assertEqual([(row.item_code, row.qty) for row in copy.items], [(personas.ITEM, 2)])

	def test_the_copy_of_a_won_deal_is_worth_what_a_new_one_is(self):
		factories.make_exchange_rate("USD", "INR", 85)
		values = {"currency": "USD", "conversion_rate": 75, "potential_value": 1000}
		original = factories.make_opportunity("Won", expected_closing=nowdate(), **values)
		copy = duplicate(original.reload())
		likely = frappe.get_doc("Pipeline Settings").probability_open
		self.assertEqual((copy.status, copy.probability, copy.conversion_rate), ("Open", likely, 85))
		self.assertEqual((copy.base_potential_value, copy.weighted_value), (85_000, 85_000 * likely / 100))
		self.assertFalse(copy.expected_closing)

	def test_a_copy_is_like_a_new_record_in_every_field(self):
		"""Made by Duplicate, which leaves No Copy behind, or by a script with everything that stands on the record."""
		factories.make_exchange_rate("USD", "INR", 85)
		values = {"currency": "USD", "source": personas.SOURCE, "sales_engineer": personas.MANAGER}
		items = [{"item_code": personas.ITEM, "qty": 2, "rate": 50}, {"item_code": personas.ITEM, "qty": 1}]
		original = factories.make_opportunity("Won", items=items, **values, **OF_THAT_DEAL).reload()
		fresh = factories.make_opportunity(items=items, **values).reload()
		for ignore_no_copy in (False, True):
			copy = frappe.copy_doc(original, ignore_no_copy=ignore_no_copy).insert().reload()
			for row, other in zip((copy, *copy.items), (fresh, *fresh.items), strict=True):
				for df in row.meta.get("fields", {"fieldtype": ("not in", ("Table", "Datetime"))}):
					if df.fieldname not in IN_EVERY_RECORD_OTHERWISE:
						with self.subTest(df.fieldname, ignore_no_copy=ignore_no_copy):
							self.assertEqual(row.get(df.fieldname), other.get(df.fieldname))
			dates = [df.fieldname for df in copy.meta.get("fields", {"fieldtype": "Datetime"})]
			self.assertEqual(*([name for name in dates if doc.get(name)] for doc in (copy, fresh)))
			self.assertEqual(getdate(copy.opened_on), getdate())

	@site_only("Frappe's Auto Repeat")
	def test_auto_repeat_begins_a_new_deal(self):
		factories.make_exchange_rate("USD", "INR", 85)
		original = factories.make_history(
			status="Won",
			lost_reasons=[],
			won_value=900,
			currency="USD",
			conversion_rate=75,
			probability=100,
		)
		repeat = frappe.new_doc("Auto Repeat")
		repeat.update({"name": "Repeat", "reference_doctype": OPPORTUNITY, "frequency": "Monthly"})
		repeat.update({"reference_document": original.name, "start_date": nowdate()}).db_insert()
		copy = repeat.make_new_document().reload()
		likely = frappe.get_doc("Pipeline Settings").probability_open
		self.assertEqual(
			(copy.status, copy.probability, copy.conversion_rate, copy.is_history), ("Open", likely, 85, 0)
		)
		self.assertEqual(getdate(copy.opened_on), getdate())
		self.assertFalse(copy.expected_closing or copy.won_value or copy.closed_on)

	def test_an_engineer_s_copy_of_a_shared_record_is_the_engineer_s(self):
		original = factories.make_opportunity(sales_engineer=personas.OTHER_ENGINEER)
		with as_user(personas.ENGINEER):
			copy = duplicate(original)
		self.assertEqual(copy.sales_engineer, personas.ENGINEER)


def duplicate(doc):
	"""What Duplicate in the form's menu does: fields marked No Copy stay behind."""
	return frappe.copy_doc(doc, ignore_no_copy=False).insert()


def make_contact(first_name: str, mobile: str | None = None) -> str:
	"""Return a contact of the customer. The number comes later: ERPNext commits when it inserts one with a number."""
	links = [{"link_doctype": "Customer", "link_name": personas.CUSTOMER}]
	emails = [{"email_id": f"{first_name}@example.com", "is_primary": 1}]
	contact = factories.make("Contact", first_name=first_name, links=links, email_ids=emails).name
	frappe.db.set_value("Contact", contact, {"email_id": emails[0]["email_id"], "mobile_no": mobile})
	return contact


def get_details(doc) -> tuple[str | None, str | None]:
	return doc.contact_email or None, doc.contact_mobile or None
