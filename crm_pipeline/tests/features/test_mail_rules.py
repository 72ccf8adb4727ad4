"""What a subject says, which messages are looked at again, and who may append what came by e-mail."""

from email import message_from_string

import frappe
import frappe.client

from crm_pipeline.api import opportunity as api
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import incoming_mail, mailbox
from crm_pipeline.domain.mailbox import Progress
from crm_pipeline.exceptions import InputError, TransitionError
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.base import PipelineTestCase
from crm_pipeline.tests.users import as_user

COLLEAGUE_SUBJECT = "Fwd: An enquiry that reached me"


class TestSubjects(PipelineTestCase):
	def test_a_title_is_plain_text_that_fits(self):
		for subject, title in (
			("  Pumps \n for\tus ", "Pumps for us"),
			("<b>Bold</b> & <3", "‹b>Bold‹/b> & <3"),
			("x" * 200, "x" * 140),
			("No Subject", ""),
			(None, ""),
		):
			with self.subTest(subject):
				self.assertEqual(incoming_mail.get_title(subject), title)

	def test_subjects_of_one_conversation_share_a_topic(self):
		for subject in (
			"Pumps for Pune",
			"Re: pumps for PUNE",
			"AW: Re[2]: WG:  Pumps for Pune (#OPP-2026-00012)",
			"Fwd: Pumps #SAL-QTN-2026-00001 for Pune",
			"[EXTERNAL] RES: Pumps for Pune",
			"回复：[EXT] Pumps for Pune",
		):
			with self.subTest(subject):
				self.assertEqual(incoming_mail.get_topic(subject), "pumps for pune")

	def test_nothing_is_no_topic(self):
		for subject in ("", "Re:", "Re: No Subject", "(#OPP-2026-00012)"):
			with self.subTest(subject):
				self.assertEqual(incoming_mail.get_topic(subject), "")

	def test_only_a_prefix_makes_a_reply(self):
		for subject, is_reply in (
			("Re: x", True),
			("re[3] : x", True),
			("RES: x", True),
			("ENC: x", True),
			("VB: x", True),
			("回复：x", True),
			("[EXTERNAL] Re: x", True),
			("[External Sender] [SPAM?] SV: x", True),
			("Re(2): x", True),
			("Regarding: x", False),
			("[EXTERNAL] x", False),
			("[Pumps] Re: x", False),
			("x re: y", False),
		):
			with self.subTest(subject):
				self.assertEqual(incoming_mail.is_reply(subject), is_reply)

	def test_names_are_found_wherever_they_stand(self):
		text = "Re: #opp-2026-00012 and (#SAL-QTN-2026-00001), item #5"
		self.assertEqual(incoming_mail.get_names(text), ["OPP-2026-00012", "SAL-QTN-2026-00001"])

	def test_a_tag_is_no_part_of_the_mailbox(self):
		for address, box in (
			("a+b@x.example", "a@x.example"),
			("a@x.example", "a@x.example"),
			("+b@x.example", "+b@x.example"),
		):
			with self.subTest(address):
				self.assertEqual(incoming_mail.get_mailbox(address), box)


class TestHeaders(PipelineTestCase):
	def test_an_automatic_answer_says_so_in_any_language(self):
		answers = "In-Reply-To: <first@x.example>\n"
		for headers, is_automatic in (
			("Auto-Submitted: auto-replied", True),
			("auto-submitted: Auto-Replied; owner-email=x", True),
			("Auto-Submitted: auto-notified", True),
			("Auto-Submitted: no", False),
			("Auto-Submitted: auto-generated", False),  # an enquiry of a portal
			(f"{answers}Auto-Submitted: auto-generated", True),
			("X-Auto-Response-Suppress: All", True),
			("X-Auto-Response-Suppress: DR, OOF, AutoReply", False),
			("Precedence: auto_reply", True),
			("Precedence: bulk", False),  # a newsletter, or an enquiry of a portal
			("References: <first@x.example>\nPrecedence: bulk", True),
			(f"{answers}Precedence: first-class", False),
			("X-Autoreply: yes", True),
			("X-Autoreply: no", False),
			("X-Autorespond: away", True),
			("X-Failed-Recipients: a@x.example", True),
			("Content-Type: multipart/report; report-type=delivery-status; boundary=x", True),
			("Content-Type: multipart/report; report-type=disposition-notification; boundary=x", True),
			("Return-Path: <>", True),
			("Return-Path: <a@x.example>", False),
			("Subject: Automatic reply", False),  # the settings' patterns read subjects
			("", False),
		):
			with self.subTest(headers):
				message = message_from_string(f"{headers}\nTo: x@x.example\n\nText")
				self.assertEqual(incoming_mail.is_automatic(message), is_automatic)

	def test_what_it_answers_is_named_the_nearest_first(self):
		for headers, ids in (
			("References: <1@x> <2@x>", ["2@x", "1@x"]),
			("References: <1@x>\n <2@x>\nIn-Reply-To: Your mail <1@x>", ["1@x", "2@x"]),
			("In-Reply-To: none", []),
			("", []),
		):
			with self.subTest(headers):
				message = message_from_string(f"{headers}\nTo: x@x.example\n\nText")
				self.assertEqual(incoming_mail.get_answered(message), ids)


class TestMessagesThatAreLookedAtAgain(PipelineTestCase):
	def test_a_new_or_renumbered_mailbox_begins_with_what_comes_next(self):
		for progress in (None, Progress(1, 5, 9)):
			due = mailbox.get_due(progress, 2, [])
			self.assertEqual(list(due), [])
			self.assertEqual(mailbox.advance(progress, 2, due, 20), Progress(2, 20, 20))

	def test_each_message_is_due_once_and_not_before_the_next_run(self):
		progress, seen = Progress(1, 10, 10), []
		for highest in (13, 13, 17, 17):
			due = mailbox.get_due(progress, 1, [])
			seen += due
			progress = mailbox.advance(progress, 1, due, highest)
		self.assertEqual(seen, list(range(11, 18)))

	def test_what_nobody_has_fetched_is_not_due(self):
		self.assertEqual(list(mailbox.get_due(Progress(1, 10, 15), 1, [13, 14])), [11, 12])
		self.assertFalse(mailbox.get_due(Progress(1, 10, 15), 1, [4]))


class TestAppending(PipelineTestCase):
	def test_an_appended_record_is_saved_in_spite_of_everything_missing(self):
		doc = append(COLLEAGUE_SUBJECT, personas.ENGINEER)
		self.assertEqual((doc.title, doc.status, doc.needs_details), (COLLEAGUE_SUBJECT, "Open", 1))
		self.assertEqual((doc.party_name, doc.potential_value, doc.route_automatically), (None, 0, 1))
		self.assertEqual(doc.sales_engineer, None)

	def test_it_leaves_open_only_when_its_details_are_given(self):
		doc = append(COLLEAGUE_SUBJECT, personas.ENGINEER)
		move = {"status": "Lost", **factories.OUTCOMES["Lost"]}
		with self.assertRefused(TransitionError, "Fill in or confirm them"):
			doors.save(doc.name, move)
		doors.save(doc.name, factories.OPPORTUNITY_DEFAULTS)
		doors.save(doc.name, move)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, doc.name, ["status", "needs_details"]), ("Lost", 0))

	def test_what_is_missing_is_named_when_somebody_confirms(self):
		doc = append(COLLEAGUE_SUBJECT, personas.ENGINEER)
		with self.assertRefused(InputError, "Party Name is missing."):
			api.confirm_details(doc.name)

	def test_only_who_may_write_confirms(self):
		doc = append(COLLEAGUE_SUBJECT, personas.ENGINEER)
		with as_user(personas.OUTSIDER), self.assertRaises(frappe.PermissionError):
			api.confirm_details(doc.name)

	def test_the_region_that_somebody_gives_chooses_the_engineer(self):
		doc = append(COLLEAGUE_SUBJECT, personas.ENGINEER)
		doors.save(doc.name, {"region": personas.OTHER_REGION})
		engineer = frappe.db.get_value(OPPORTUNITY, doc.name, "sales_engineer")
		self.assertEqual(engineer, personas.OTHER_ENGINEER)

	def test_a_lead_that_becomes_a_customer_adds_no_details(self):
		doc = append(COLLEAGUE_SUBJECT, personas.ENGINEER)
		record = frappe.get_doc(OPPORTUNITY, doc.name)
		record.update(factories.OPPORTUNITY_DEFAULTS)
		record.flags.details_by_system = True
		record.save()
		self.assertEqual(record.needs_details, 1)

	def test_no_request_passes_for_an_email(self):
		values = {"doctype": OPPORTUNITY, "title": "Pumps", "contact_email": "mallory@outside.example"}
		for forged in (
			{"needs_details": 1},
			{"flags": {"ignore_mandatory": True, "came_by_mail": True}},
			{"ignore_mandatory": 1, "ignore_permissions": 1},
			{"_flags": {"ignore_mandatory": True}, "__islocal": 1},
		):
			with (
				self.subTest(forged),
				as_user(personas.ENGINEER),
				self.assertRefused(InputError, "Party Name is missing."),
			):
				frappe.client.insert({**values, **forged})

	def test_code_that_knows_more_than_an_email_is_held_to_the_rules(self):
		doc = factories.new_opportunity(title="Pumps", potential_value=None)
		doc.flags.ignore_mandatory = True
		with self.assertRefused(InputError, "is missing"):
			doc.insert(ignore_permissions=True)


def append(subject: str, sender: str):
	"""Do as the framework does with a mail, and return the saved record."""
	with as_user("Administrator"):
		doc = frappe.new_doc(OPPORTUNITY)
		doc.update({"title": subject, "contact_email": sender, "party_display_name": "Somebody"})
		doc.flags.ignore_mandatory = True
		doc.insert(ignore_permissions=True)
	return frappe.get_doc(OPPORTUNITY, doc.name)
