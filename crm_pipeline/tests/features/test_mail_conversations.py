"""Mail back and forth about an opportunity: what joins it, who waits, who answered first."""

import frappe
from frappe.utils import add_days, now_datetime

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.base import site_only
from crm_pipeline.tests.mail_case import (
	CUSTOMER_CONTACT,
	OUTSIDE,
	STRANGER,
	MailTestCase,
	compose,
	get_communication,
	make_contact,
)
from crm_pipeline.tests.mail_server import INBOX
from crm_pipeline.tests.users import as_user

SUBJECT = "Pumps for our mill"
CLOCK = ("awaiting_response_since", "first_responded_on")


@site_only("mail travels through SMTP and IMAP servers")
class TestConversations(MailTestCase):
	def test_an_answer_stamps_the_first_response_and_the_reply_to_it_clears_the_clock(self):
		doc = self.receive_opportunity(STRANGER, SUBJECT)
		self.assertEqual(self.get_clock(doc), (False, False))
		answer = self.send_from_form(doc, personas.ENGINEER, STRANGER, subject=f"Re: {SUBJECT} (#{doc.name})")
		self.assertEqual(self.get_clock(doc), (True, True))
		self.assertEqual(answer["Reply-To"], INBOX)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, "mins_to_first_response"), "0")
		reply = self.receive(STRANGER, answer["Subject"], answers=answer)
		self.assertEqual(reply.reference_name, doc.name)
		self.assertEqual(self.get_clock(doc), (False, True))

	def test_a_reply_to_the_quotations_mail_clears_the_clock(self):
		doc = self.make_record()
		quotation = factories.make_quotation(pipeline_opportunity=doc.name)
		frappe.db.commit()
		offer = self.send_from_form(quotation, personas.MANAGER, CUSTOMER_CONTACT)
		self.assertEqual(self.get_clock(doc), (True, True))
		reply = self.receive(CUSTOMER_CONTACT, "Re: your offer", answers=offer)
		self.assertEqual((reply.reference_doctype, reply.reference_name), ("Quotation", quotation.name))
		self.assertEqual(self.get_clock(doc), (False, True))

	def test_an_auto_reply_leaves_the_clock_alone(self):
		doc = self.make_record()
		mail = self.send_from_form(doc, personas.ENGINEER, CUSTOMER_CONTACT, subject="Our visit")
		for options in ({"answers": mail}, {}):
			reply = self.receive(CUSTOMER_CONTACT, f"Automatic reply: Our visit (#{doc.name})", **options)
			self.assertEqual(reply.reference_name, doc.name)
			self.assertEqual(self.get_clock(doc), (True, True))

	def test_answers_of_any_mail_program_join_what_they_answer(self):
		first = self.write(STRANGER, "Pressure pump for line 4")
		self.pull()
		record = get_communication(first).reference_name
		for subject, headers in (
			("RES: Pressure pump for line 4", {}),
			("[EXTERNAL] Re: Pressure pump for line 4", {}),
			("回复：Pressure pump for line 4", {}),
			("Another subject", {"References": first["Message-ID"]}),
			("Yet another", {"References": f"<unknown@{OUTSIDE}> {first['Message-ID']} <lost@{OUTSIDE}>"}),
			("One more", {"In-Reply-To": f"<lost@{OUTSIDE}>", "References": first["Message-ID"]}),
		):
			with self.subTest(subject):
				self.assertEqual(self.receive(STRANGER, subject, headers=headers).reference_name, record)
		self.assertEqual(frappe.db.count("Lead", {"email_id": STRANGER}), 1)

	def test_references_lead_to_what_we_sent_and_to_the_opportunity_of_a_quotation(self):
		doc = self.make_record()
		quotation = factories.make_quotation(pipeline_opportunity=doc.name)
		frappe.db.commit()
		for source in (doc, quotation):
			sent = self.send_from_form(source, personas.MANAGER, CUSTOMER_CONTACT)
			reply = self.receive(CUSTOMER_CONTACT, "A word", headers={"References": sent["Message-ID"]})
			self.assertEqual((reply.reference_doctype, reply.reference_name), (OPPORTUNITY, doc.name))

	def test_an_automatic_answer_in_any_language_leaves_the_clock_alone(self):
		doc = self.make_record()
		mail = self.send_from_form(doc, personas.ENGINEER, CUSTOMER_CONTACT, subject="Our visit")
		automatic = {"Auto-Submitted": "auto-replied"}
		reply = self.receive(
			CUSTOMER_CONTACT, "Réponse automatique : Our visit", answers=mail, headers=automatic
		)
		self.assertEqual((reply.reference_name, reply.communication_type), (doc.name, "Automated Message"))
		self.assertEqual(self.get_clock(doc), (True, True))
		self.receive(CUSTOMER_CONTACT, "Re: Our visit", answers=mail)
		self.assertEqual(self.get_clock(doc), (False, True))

	def test_that_of_a_document_which_is_not_ours_stays_what_it_is(self):
		quotation = factories.make_quotation()
		frappe.db.commit()
		mail = self.send_from_form(quotation, personas.MANAGER, CUSTOMER_CONTACT)
		reply = self.receive(CUSTOMER_CONTACT, "Away", answers=mail, headers={"X-Autoreply": "yes"})
		self.assertEqual((reply.reference_name, reply.communication_type), (quotation.name, "Communication"))

	def test_an_engineers_mail_program_answers_for_us(self):
		doc = self.make_record()
		first = self.receive(CUSTOMER_CONTACT, f"A question (#{doc.name})")
		asked = {"Message-ID": f"<{first.message_id}>"}
		answer = self.receive(
			personas.ENGINEER, "AW: A question", to=CUSTOMER_CONTACT, cc=INBOX, answers=asked
		)
		self.assertEqual((answer.reference_name, answer.sent_or_received), (doc.name, "Received"))
		self.assertEqual(self.get_clock(doc), (True, True))

	def test_a_reply_without_its_thread_joins_by_subject_or_by_name(self):
		doc = self.receive_opportunity(STRANGER, SUBJECT)
		for sender, subject in (
			(STRANGER, f"Re: {SUBJECT}"),
			(STRANGER, f"  AW: RE[2]: {SUBJECT.upper()} "),
			(STRANGER, SUBJECT),
			(f"ravi.at.home@{OUTSIDE}", f"Re: Something else (#{doc.name})"),
			(personas.ENGINEER, f"Fwd: {SUBJECT}"),
		):
			with self.subTest(subject, sender=sender):
				self.assertEqual(self.receive(sender, subject).reference_name, doc.name)
		self.assertEqual(frappe.db.count("Lead", {"email_id": ("like", f"%@{OUTSIDE}")}), 1)

	def test_a_reply_joins_by_the_subject_of_an_earlier_mail_and_by_its_quotations_name(self):
		doc = self.make_record()
		quotation = factories.make_quotation(pipeline_opportunity=doc.name)
		frappe.db.commit()
		self.send_from_form(doc, personas.ENGINEER, CUSTOMER_CONTACT, subject="About the shaft seal")
		for subject in ("Re: About the shaft seal", f"Your offer (#{quotation.name})"):
			self.assertEqual(self.receive(CUSTOMER_CONTACT, subject).reference_name, doc.name)

	def test_something_new_makes_a_new_opportunity(self):
		doc = self.make_record(title=SUBJECT)
		frappe.db.set_value(OPPORTUNITY, doc.name, "creation", add_days(now_datetime(), -61))
		frappe.db.commit()
		for sender, subject in (
			(CUSTOMER_CONTACT, "Valves"),
			(CUSTOMER_CONTACT, SUBJECT),
			(STRANGER, f"Re: {SUBJECT}"),
		):
			with self.subTest(subject, sender=sender):
				self.assertNotEqual(self.receive(sender, subject).reference_name, doc.name)

	def test_the_engineer_of_a_closed_record_hears_that_the_customer_wrote(self):
		doc = self.make_record("Lost")
		frappe.db.delete("Notification Log", {"document_name": doc.name})
		frappe.db.commit()
		self.assertEqual(
			self.receive(CUSTOMER_CONTACT, f"Still there? (#{doc.name})").reference_name, doc.name
		)
		bells = frappe.get_all(
			"Notification Log", filters={"document_name": doc.name}, fields=["for_user", "subject"]
		)
		self.assertEqual([bell.for_user for bell in bells], [personas.ENGINEER])
		self.assertIn("Still there?", bells[0].subject)

	def test_a_mail_does_not_stop_whoever_has_the_form_open(self):
		doc = self.make_record()
		self.send_from_form(doc, personas.ENGINEER, CUSTOMER_CONTACT)
		with as_user(personas.MANAGER):
			form = frappe.get_doc(OPPORTUNITY, doc.name)
			self.receive(CUSTOMER_CONTACT, f"Here we are (#{doc.name})")
			form.update({"next_step": "Call them"}).save()
		self.assertEqual(self.get_clock(doc), (False, True))

	def test_the_same_mail_in_two_copies_is_one(self):
		mail = compose(STRANGER, SUBJECT)
		for _copy in range(2):
			self.server.send(STRANGER, [INBOX], mail)
			self.pull()
		self.assertEqual(frappe.db.count(OPPORTUNITY, {"contact_email": STRANGER}), 1)

	def make_record(self, *arguments, **overrides):
		"""Commit an opportunity of a customer whose contact writes."""
		make_contact(CUSTOMER_CONTACT, personas.CUSTOMER)
		doc = factories.make_opportunity(*arguments, contact_email=CUSTOMER_CONTACT, **overrides)
		frappe.db.commit()
		return doc

	def get_clock(self, doc) -> tuple[bool, bool]:
		"""Tell whether the opportunity waits for the customer, and whether it was answered."""
		frappe.db.commit()  # a fresh snapshot
		return tuple(bool(value) for value in frappe.db.get_value(OPPORTUNITY, doc.name, CLOCK))
