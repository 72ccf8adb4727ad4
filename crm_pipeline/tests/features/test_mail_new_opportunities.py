"""What becomes of a mail that begins something: pulled from a real inbox."""

from unittest.mock import patch

import frappe

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity import checks, people
from crm_pipeline.mail import conversation
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import site_only
from crm_pipeline.tests.connections import Connection
from crm_pipeline.tests.mail_case import (
	ACCOUNT,
	CUSTOMER_CONTACT,
	OUTSIDE,
	STRANGER,
	MailTestCase,
	compose,
	get_attachments,
	get_bells,
	get_communication,
	make_contact,
)
from crm_pipeline.tests.mail_server import INBOX
from crm_pipeline.tests.users import as_user

SUBJECT = "Pumps for our mill"


@site_only("mail travels through SMTP and IMAP servers")
class TestNewOpportunities(MailTestCase):
	def test_a_strangers_mail_makes_a_lead_and_an_opportunity_that_needs_details(self):
		doc = self.receive_opportunity(f"Ravi Stranger <{STRANGER}>", SUBJECT)
		lead = frappe.get_doc("Lead", doc.party_name)
		self.assertEqual((lead.lead_name, lead.email_id), ("Ravi Stranger", STRANGER))
		self.assertEqual((doc.opportunity_from, doc.lead, doc.status), ("Lead", lead.name, "Open"))
		self.assertEqual((doc.title, doc.contact_email), (SUBJECT, STRANGER))
		self.assertEqual((doc.region, doc.product_line), (personas.REGION, personas.PRODUCT_LINE))
		self.assertEqual((doc.needs_details, doc.potential_value, doc.company), (1, 0, personas.COMPANY))
		self.assertTrue(doc.currency)

	def test_another_mail_of_the_stranger_uses_the_same_lead(self):
		first = self.receive_opportunity(STRANGER, SUBJECT)
		second = self.receive_opportunity(STRANGER.upper(), "Valves as well")
		self.assertNotEqual(first.name, second.name)
		self.assertEqual(first.party_name, second.party_name)

	def test_a_known_contacts_mail_makes_one_for_its_customer_in_the_region_of_the_last(self):
		make_contact(CUSTOMER_CONTACT, personas.CUSTOMER)
		factories.make_opportunity(region=personas.OTHER_REGION)
		frappe.db.commit()
		doc = self.receive_opportunity(f"Carla <{CUSTOMER_CONTACT}>", SUBJECT)
		self.assertEqual((doc.customer, doc.lead), (personas.CUSTOMER, None))
		self.assertEqual((doc.region, doc.needs_details), (personas.OTHER_REGION, 1))
		self.assertIn("Carla", doc.contact_person)
		self.assertFalse(frappe.db.exists("Lead", {"email_id": CUSTOMER_CONTACT}))

	def test_a_contact_is_known_in_any_case_and_with_a_tag(self):
		make_contact(CUSTOMER_CONTACT, personas.CUSTOMER)
		frappe.db.commit()
		for address in (CUSTOMER_CONTACT.upper(), CUSTOMER_CONTACT.replace("@", "+pumps@")):
			with self.subTest(address):
				self.assertEqual(
					self.receive_opportunity(address, f"Mail of {address}").customer, personas.CUSTOMER
				)

	def test_a_contact_of_several_customers_writes_for_the_one_with_the_latest_opportunity(self):
		make_contact(CUSTOMER_CONTACT, personas.CUSTOMER, personas.OTHER_CUSTOMER)
		factories.make_opportunity(party_name=personas.OTHER_CUSTOMER)
		frappe.db.commit()
		self.assertEqual(self.receive_opportunity(CUSTOMER_CONTACT).customer, personas.OTHER_CUSTOMER)

	def test_two_first_mails_at_the_same_moment_make_one_lead(self):
		mails = [compose(STRANGER, subject) for subject in ("Pumps", "Valves")]
		waiting = [Connection("Administrator", process, mail.as_bytes()) for mail in mails]
		for connection in waiting:
			connection.wait()
		names = [get_communication(mail).reference_name for mail in mails]
		parties = {frappe.db.get_value(OPPORTUNITY, name, "party_name") for name in names}
		self.assertEqual(len(set(names)), 2)
		self.assertEqual(parties, {frappe.db.get_value("Lead", {"email_id": STRANGER})})
		self.assertEqual(frappe.db.count("Lead", {"email_id": STRANGER}), 1)

	def test_a_colleagues_first_mail_with_the_inbox_in_copy_is_for_whom_they_wrote_to(self):
		self.write(personas.ENGINEER, "Our visit on Monday", to=f"Ravi <{STRANGER}>", cc=INBOX)
		self.pull()
		doc = frappe.get_last_doc(OPPORTUNITY)
		self.assertEqual(
			frappe.db.get_value("Lead", doc.party_name, ["lead_name", "email_id"]), ("Ravi", STRANGER)
		)
		self.assertEqual((doc.contact_email, doc.needs_details), (STRANGER, 1))
		self.assertFalse(frappe.db.exists("Lead", {"email_id": personas.ENGINEER}))

	def test_a_colleagues_forwarded_mail_makes_no_lead(self):
		doc = self.receive_opportunity(personas.ENGINEER, "Fwd: an enquiry that came to me")
		self.assertEqual((doc.party_name, doc.needs_details), (None, 1))

	def test_details_stay_asked_for_until_somebody_gives_or_confirms_them(self):
		doc = self.receive_opportunity()
		with as_user(personas.MANAGER):
			frappe.get_doc(OPPORTUNITY, doc.name).update({"next_step": "Call them"}).save()
			self.assertTrue(frappe.db.get_value(OPPORTUNITY, doc.name, "needs_details"))
			api.confirm_details(doc.name)
		self.assertFalse(frappe.db.get_value(OPPORTUNITY, doc.name, "needs_details"))

	def test_odd_mails_are_saved_whatever_they_are_like(self):
		for subject, options, title in (
			(
				"<script>alert(1)</script>",
				{"html": "<p>Hi <script>alert(2)</script></p>"},
				"‹script>alert(1)‹/script>",
			),
			("L" * 300, {}, "L" * 140),
			(None, {}, f"ravi.stranger – {personas.PRODUCT_LINE}"),
			("Weird charset", {"headers": {"X-Test": "1"}, "charset": "x-unknown-8"}, "Weird charset"),
			("Wärme 泵", {}, "Wärme 泵"),
		):
			with self.subTest(subject):
				self.assertEqual(self.receive_opportunity(STRANGER, subject, **options).title, title)

	def test_an_attachment_comes_along(self):
		mail = compose(STRANGER, SUBJECT)
		mail.add_attachment("two pumps", subtype="csv", filename="enquiry.csv")
		self.server.send(STRANGER, [INBOX], mail)
		self.pull()
		self.assertEqual(get_attachments(mail), ["enquiry.csv"])

	def test_masters_that_may_not_be_chosen_are_left_out(self):
		self.change("Pipeline Product Line", personas.PRODUCT_LINE, "disabled", 1)
		self.change_setting("default_region", personas.GROUP_REGION)
		doc = self.receive_opportunity()
		self.assertEqual((doc.region, doc.product_line, doc.needs_details), (None, None, 1))

	def test_a_disabled_customer_is_not_chosen_and_makes_no_lead(self):
		make_contact(CUSTOMER_CONTACT, personas.CUSTOMER)
		self.change("Customer", personas.CUSTOMER, "disabled", 1)
		doc = self.receive_opportunity(CUSTOMER_CONTACT)
		self.assertEqual((doc.party_name, doc.contact_email), (None, CUSTOMER_CONTACT))

	def test_a_site_that_refuses_the_lead_still_gets_the_opportunity(self):
		from erpnext.crm.doctype.lead.lead import Lead

		with patch.object(Lead, "validate", side_effect=frappe.ValidationError("a rule of the site")):
			doc = self.receive_opportunity(f"Ravi <{STRANGER}>")
		self.assertEqual((doc.party_name, doc.party_display_name), (None, "Ravi"))
		self.assertEqual((doc.contact_email, doc.region), (STRANGER, personas.REGION))

	def test_what_is_refused_with_its_details_is_saved_without(self):
		with patch.object(people, "validate_people", side_effect=refuse_if_routed):
			doc = self.receive_opportunity()
		self.assertEqual((doc.party_name, doc.region, doc.title), (None, None, SUBJECT))

	def test_what_can_not_be_placed_is_new(self):
		with patch.object(conversation, "find", side_effect=frappe.ValidationError("no")):
			self.assertEqual(self.receive_opportunity().title, SUBJECT)

	def test_what_is_refused_altogether_stays_in_the_inbox(self):
		with patch.object(checks, "validate_masters", side_effect=frappe.ValidationError("no")):
			communication = self.receive(STRANGER, SUBJECT)
		self.assertEqual((communication.reference_name, communication.email_account), (None, ACCOUNT))
		self.assertFalse(frappe.db.exists("Lead", {"email_id": STRANGER}))

	def test_a_sender_that_nobody_can_answer_leaves_the_contact_empty(self):
		mail = compose(STRANGER, SUBJECT)
		del mail["From"]
		mail["From"] = "somebody without an address"
		self.server.send(STRANGER, [INBOX], mail)
		self.pull()
		doc = frappe.get_last_doc(OPPORTUNITY)
		self.assertEqual((doc.title, doc.party_name, doc.contact_email), (SUBJECT, None, None))

	def test_an_absent_stranger_makes_no_opportunity_in_any_language(self):
		headers = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
		for subject in ("Automatische Antwort: Angebot", "Respuesta automática", "不在のお知らせ"):
			with self.subTest(subject):
				mail = self.receive(STRANGER, subject, headers=headers)
				self.assertEqual((mail.reference_doctype, mail.reference_name), (None, None))
		self.assertFalse(frappe.db.exists("Lead", {"email_id": STRANGER}))

	def test_an_enquiry_that_a_portal_sent_is_one(self):
		headers = {"Auto-Submitted": "auto-generated", "Precedence": "bulk"}
		self.assertTrue(self.receive_opportunity(STRANGER, "Enquiry from the portal", headers=headers))

	def test_a_machines_mail_makes_no_opportunity_and_is_kept(self):
		for sender, subject in (
			(f"MAILER-DAEMON@{OUTSIDE}", "Undelivered Mail Returned to Sender"),
			(STRANGER, "Automatic reply: your newsletter"),
		):
			with self.subTest(sender):
				communication = self.receive(sender, subject)
				self.assertEqual((communication.reference_name, communication.email_account), (None, ACCOUNT))

	def test_the_region_chooses_an_engineer_who_gets_a_to_do_and_a_bell(self):
		self.set_up_routing()
		doc = self.receive_opportunity()
		self.assertEqual((doc.sales_engineer, doc.route_automatically), (personas.ENGINEER, 1))
		todo = {"reference_name": doc.name, "allocated_to": personas.ENGINEER, "status": "Open"}
		self.assertTrue(frappe.db.exists("ToDo", todo))
		self.assertEqual(get_bells(doc.name), [personas.ENGINEER])

	def test_without_the_assignment_rule_the_engineer_has_a_bell(self):
		doc = self.receive_opportunity()
		self.assertEqual((doc.sales_engineer, get_bells(doc.name)), (personas.ENGINEER, [personas.ENGINEER]))

	def test_without_a_region_the_managers_hear_and_the_region_that_one_gives_chooses(self):
		self.change_setting("default_region", None)
		doc = self.receive_opportunity()
		self.assertEqual((doc.region, doc.sales_engineer), (None, None))
		self.assertIn(personas.MANAGER, get_bells(doc.name))
		doc.update({"region": personas.OTHER_REGION}).save()
		self.assertEqual((doc.sales_engineer, doc.needs_details), (personas.OTHER_ENGINEER, 0))


def process(raw: bytes) -> None:
	from frappe.email.receive import InboundMail

	account = frappe.get_doc("Email Account", ACCOUNT)
	InboundMail(raw, account, append_to=OPPORTUNITY).process()


def refuse_if_routed(doc) -> None:
	if doc.sales_engineer:
		raise frappe.ValidationError("no")
