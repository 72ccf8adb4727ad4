"""Who wrote to whom, and who waits (docs/follow-up.md)."""

import unittest
from datetime import datetime, timedelta
from unittest.mock import patch

import frappe
from frappe.utils import add_to_date, now_datetime

from crm_pipeline.api.opportunity import customer_answered, wait_for_customer
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.correspondence.waiting import RECORD_LATER, record_later
from crm_pipeline.domain import correspondence
from crm_pipeline.domain.correspondence import Message, Sender
from crm_pipeline.exceptions import ClosedRecordError, ConflictError
from crm_pipeline.tests import doors, factories, mails, offer_documents, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.clocks import backdate
from crm_pipeline.tests.connections import CommittedTestCase, Connection
from crm_pipeline.tests.users import as_user

NOON = datetime(2000, 1, 1, 12)
HOUR = timedelta(hours=1)
PATTERNS = correspondence.read_patterns("Automatic reply*\n\n  Out of  office*\n")


def state(**values) -> dict:
	fields = ("opened_on", "closed_on", "last_correspondence_on", "first_responded_on")
	return {**dict.fromkeys(fields), "opened_on": NOON, **values}


def opened_days_ago(days: int = 2, **overrides):
	"""Insert an opportunity that was opened some days ago."""
	doc = factories.make_opportunity(**overrides)
	backdate(doc.name, opened_on=mails.ago(days=days))
	return doc.reload()


def get_waiting_since(name: str):
	return frappe.db.get_value(OPPORTUNITY, name, "awaiting_response_since")


class TestDirection(unittest.TestCase):
	ENABLED, LEFT, OURS, STRANGER = (
		Sender(True, True),
		Sender(True, False),
		Sender(is_email_account=True),
		Sender(),
	)

	def test_the_sender_decides_not_the_way_it_came(self):
		for sender, way, outgoing in (
			(self.ENABLED, "Sent", True),
			(self.ENABLED, "Received", True),
			(self.OURS, "Sent", True),
			(self.OURS, "Received", True),
			(self.LEFT, "Sent", True),
			(self.LEFT, "Received", False),
			(self.STRANGER, "Sent", False),
			(self.STRANGER, "Received", False),
		):
			with self.subTest(f"{sender} {way}"):
				self.assertEqual(correspondence.is_outgoing("a@b.example", sender, way), outgoing)

	def test_of_a_stranger_the_site_knows_nothing(self):
		self.assertEqual(self.STRANGER, Sender(False, False, False))

	def test_without_a_sender_the_way_has_to_do(self):
		self.assertTrue(correspondence.is_outgoing("", self.STRANGER, "Sent"))
		self.assertFalse(correspondence.is_outgoing("", self.STRANGER, "Received"))

	def test_the_address_is_read_out_of_a_name(self):
		self.assertEqual(
			correspondence.get_address("Nikhil <Nikhil.North@Example.com>"), "nikhil.north@example.com"
		)
		self.assertEqual(correspondence.get_address(None), "")


class TestWhatCounts(unittest.TestCase):
	def is_counted(self, **values) -> bool:
		mail = {
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sender": "a@b.example",
		}
		return correspondence.is_correspondence({**mail, "subject": "Pump", **values}, PATTERNS)

	def test_what_a_person_wrote(self):
		self.assertTrue(self.is_counted())
		self.assertTrue(self.is_counted(subject="Re: Automatic reply: Pump"))
		self.assertTrue(self.is_counted(subject=None))

	def test_what_nobody_wrote(self):
		for values in (
			{"communication_type": "Automated Message"},
			{"communication_type": "Comment"},
			{"communication_medium": "Phone"},
			{"email_status": "Spam"},
			{"subject": "AUTOMATIC REPLY: Pump"},
			{"subject": "Out of office"},
			{"subject": "Out of\n office until Monday"},
			{"sender": "MAILER-DAEMON@mx.example"},
			{"sender": "Mail System <postmaster@b.example>"},
		):
			with self.subTest(values):
				self.assertFalse(self.is_counted(**values))


class TestOrder(unittest.TestCase):
	def play(self, *messages: Message, **values) -> dict:
		current = state(awaiting_response_since=None, **values)
		for message in messages:
			current.update(correspondence.follow(current, message))
		return current

	def test_the_latest_says_who_waits_in_whatever_order_they_come(self):
		ours, theirs = Message(NOON + HOUR, True), Message(NOON + 2 * HOUR, False)
		for order in ((ours, theirs), (theirs, ours)):
			self.assertIsNone(self.play(*order)["awaiting_response_since"])
		ours = Message(NOON + 3 * HOUR, True)
		for order in ((ours, theirs), (theirs, ours)):
			self.assertEqual(self.play(*order)["awaiting_response_since"], ours.at)

	def test_a_reminder_to_the_customer_starts_the_clock_again(self):
		first, second = Message(NOON + HOUR, True), Message(NOON + 2 * HOUR, True)
		self.assertEqual(self.play(first, second)["awaiting_response_since"], second.at)

	def test_an_answer_within_the_same_second_counts(self):
		ours = Message(NOON + timedelta(microseconds=700), True)
		self.assertIsNone(self.play(ours, Message(NOON, False))["awaiting_response_since"])

	def test_the_second_in_which_it_was_opened_counts(self):
		self.assertTrue(correspondence.is_within(state(opened_on=NOON + timedelta(microseconds=700)), NOON))
		before = NOON - timedelta(microseconds=1)
		self.assertFalse(correspondence.is_within(state(), before))

	def test_the_first_response_is_never_overwritten(self):
		later, earlier = Message(NOON + 2 * HOUR, True), Message(NOON + HOUR, True)
		self.assertEqual(self.play(later, earlier)["first_responded_on"], later.at)

	def test_what_was_written_before_the_opening_or_after_the_closing_does_not_count(self):
		for at in (NOON - HOUR, NOON + 2 * HOUR):
			current = state(closed_on=NOON + HOUR)
			self.assertEqual(correspondence.follow(current, Message(at, True)), {})

	def test_a_closed_record_waits_for_nobody(self):
		current = state(closed_on=NOON + HOUR)
		changes = correspondence.follow(current, Message(NOON, True))
		self.assertEqual(changes, {"first_responded_on": NOON})


class TestWaiting(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.doc = opened_days_ago()
		self.name = self.doc.name

	def test_our_mail_starts_the_clock_and_the_customer_stops_it(self):
		sent_at = mails.ago(hours=5)
		mails.send(self.name, communication_date=sent_at)
		self.assertEqual(get_waiting_since(self.name), sent_at)
		mails.receive(self.name, communication_date=mails.ago(hours=1))
		self.assertIsNone(get_waiting_since(self.name))

	def test_an_older_mail_that_is_pulled_later_changes_nothing(self):
		sent_at = mails.ago(hours=2)
		mails.send(self.name, communication_date=sent_at)
		mails.receive(self.name, communication_date=mails.ago(hours=3))
		self.assertEqual(get_waiting_since(self.name), sent_at)

	def test_our_own_mail_pulled_from_the_inbox_is_outgoing(self):
		mails.receive(self.name, "Nikhil North <NIKHIL.NORTH@example.com>")
		self.assertTrue(get_waiting_since(self.name))

	def test_the_address_of_the_team_is_ours(self):
		values = {"email_account_name": "Team", "email_id": "team@example.com", "enable_incoming": 0}
		account = frappe.get_doc({"doctype": "Email Account", **values})
		account.db_insert()  # its controller asks the mail server
		mails.send(self.name, "team@example.com")
		self.assertTrue(get_waiting_since(self.name))

	def test_a_website_user_is_a_customer(self):
		factories.make_user("portal@northwind.example", user_type="Website User")
		mails.send(self.name)
		mails.receive(self.name, "portal@northwind.example")
		self.assertIsNone(get_waiting_since(self.name))

	def test_automatic_answers_change_nothing(self):
		mails.receive(self.name, personas.ENGINEER, subject="Automatic reply: Pump")
		mails.send(self.name, communication_type="Automated Message")
		self.assertIsNone(get_waiting_since(self.name))
		mails.send(self.name)
		mails.receive(self.name, subject="Out of office: Pump")
		mails.receive(self.name, "mailer-daemon@northwind.example")
		self.assertTrue(get_waiting_since(self.name))

	def test_a_date_in_the_future_is_now(self):
		mails.receive(self.name, communication_date=add_to_date(now_datetime(), years=9))
		mails.send(self.name)
		self.assertTrue(get_waiting_since(self.name))

	def test_a_new_clock_needs_a_new_warning(self):
		for take in (mails.send, mails.receive):
			warned = {"auto_close_warned_on": now_datetime()}
			frappe.db.set_value(OPPORTUNITY, self.name, warned, update_modified=False)
			take(self.name)
			self.assertIsNone(frappe.db.get_value(OPPORTUNITY, self.name, "auto_close_warned_on"))

	def test_a_closed_record_waits_for_nobody(self):
		self.doc.update({"status": "Lost", "lost_reasons": [{"lost_reason": personas.REASON}]}).save()
		mails.send(self.name)
		self.assertIsNone(get_waiting_since(self.name))

	def test_notes_and_what_a_machine_sent_are_no_correspondence(self):
		mails.send(self.name, communication_medium="Phone")
		mails.send(self.name, communication_type="Automated Message")
		self.assertIsNone(get_waiting_since(self.name))


class TestLinkedDocuments(PipelineTestCase):
	def test_a_mail_that_links_the_opportunity(self):
		doc, customer = opened_days_ago(), personas.CUSTOMER
		links = [{"link_doctype": OPPORTUNITY, "link_name": doc.name}]
		mails.make_mail(customer, personas.ENGINEER, "Customer", timeline_links=links)
		self.assertTrue(get_waiting_since(doc.name))

	def test_a_mail_of_the_customer_is_not_the_opportunitys(self):
		doc = opened_days_ago()
		mails.make_mail(personas.CUSTOMER, personas.ENGINEER, "Customer")
		self.assertIsNone(get_waiting_since(doc.name))

	def test_a_mail_that_is_put_on_the_opportunity_later(self):
		doc = opened_days_ago()
		mail = mails.make_mail(personas.CUSTOMER, personas.ENGINEER, "Customer")
		with as_user("Administrator"):
			mail.update({"reference_doctype": OPPORTUNITY, "reference_name": doc.name}).save()
		self.assertTrue(get_waiting_since(doc.name))

	def test_mails_of_a_lead_until_it_is_converted(self):
		lead = factories.make_lead(email_id="leela@prospect.example").name
		first, second = (opened_days_ago(opportunity_from="Lead", party_name=lead) for _number in range(2))
		mails.make_mail(lead, personas.ENGINEER, "Lead", communication_date=mails.ago(hours=2))
		self.assertTrue(get_waiting_since(first.name) and get_waiting_since(second.name))
		first.reload().update({"opportunity_from": "Customer", "party_name": personas.CUSTOMER}).save()
		mails.make_mail(lead, "leela@prospect.example", "Lead")
		self.assertTrue(get_waiting_since(first.name))
		self.assertIsNone(get_waiting_since(second.name))

	@site_only("Quotation's own arithmetic")
	def test_mails_of_its_quotations(self):
		doc = opened_days_ago()
		quotation = factories.make_quotation(pipeline_opportunity=doc.name).name
		mails.make_mail(quotation, personas.ENGINEER, "Quotation", communication_date=mails.ago(hours=2))
		self.assertTrue(get_waiting_since(doc.name))
		mails.make_mail(quotation, mails.CUSTOMER_ADDRESS, "Quotation")
		self.assertIsNone(get_waiting_since(doc.name))

	@site_only("Sales Order's own arithmetic")
	def test_mails_of_its_orders(self):
		name = opened_days_ago().name
		quotation = factories.make_quotation(pipeline_opportunity=name).submit()
		order = offer_documents.make_order(quotation.name).name
		mails.make_mail(order, personas.ENGINEER, "Sales Order")
		self.assertTrue(get_waiting_since(name))


class TestOpenForms(PipelineTestCase):
	def test_a_mail_leaves_a_form_that_is_open_as_it_is(self):
		doc = opened_days_ago()
		form = frappe.get_doc(OPPORTUNITY, doc.name)
		mails.send(doc.name)
		form.next_step = "Call again"
		form.save()
		saved = frappe.get_doc(OPPORTUNITY, doc.name)
		self.assertEqual(saved.next_step, "Call again")
		self.assertTrue(saved.awaiting_response_since and saved.first_responded_on)

	def test_what_a_caller_sends_back_neither_wins_nor_stops_the_save(self):
		doc = opened_days_ago()
		mails.send(doc.name)
		stored = frappe.get_doc(OPPORTUNITY, doc.name)
		with as_user(personas.ENGINEER):
			values = {
				"awaiting_response_since": None,
				"mins_to_first_response": "1",
				"next_step": "Call again",
			}
			doors.save(doc.name, values)
		saved = frappe.get_doc(OPPORTUNITY, doc.name)
		for fieldname in ("awaiting_response_since", "first_responded_on", "mins_to_first_response"):
			self.assertEqual(saved.get(fieldname), stored.get(fieldname))
		self.assertEqual(saved.next_step, "Call again")

	def test_a_new_record_brings_no_clock_along(self):
		values = {"awaiting_response_since": now_datetime(), "last_correspondence_on": now_datetime()}
		doc = factories.make_opportunity(**values)
		self.assertFalse(doc.awaiting_response_since or doc.last_correspondence_on)


class TestButtons(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.name = opened_days_ago().name
		frappe.set_user(personas.ENGINEER)

	def test_waiting_and_answered(self):
		self.assertTrue(wait_for_customer(self.name)["awaiting_response_since"])
		self.assertTrue(get_waiting_since(self.name))
		self.assertFalse(customer_answered(self.name)["awaiting_response_since"])
		self.assertIsNone(get_waiting_since(self.name))

	def test_an_older_mail_does_not_undo_them(self):
		customer_answered(self.name)
		mails.send(self.name, communication_date=mails.ago(minutes=5))
		self.assertIsNone(get_waiting_since(self.name))

	def test_a_call_is_no_first_response(self):
		self.assertFalse(wait_for_customer(self.name)["first_responded_on"])

	def test_only_who_may_write(self):
		frappe.set_user(personas.OTHER_ENGINEER)
		for button in (wait_for_customer, customer_answered):
			with self.assertRaises(frappe.PermissionError):
				button(self.name)

	def test_a_closed_record_waits_for_nobody(self):
		with as_user(personas.MANAGER):
			name = factories.make_opportunity("Won").name
		sentence = f"{name} is Won: nobody waits for an answer any more."
		for button in (wait_for_customer, customer_answered):
			with self.assertRefused(ClosedRecordError, sentence):
				button(name)


@site_only("two connections")
class TestAtOnce(CommittedTestCase):
	def setUp(self):
		super().setUp()
		self.name = opened_days_ago().name
		frappe.db.commit()

	def test_a_mail_on_a_quotation_waits_for_no_save_and_a_job_follows(self):
		quotation = factories.make_quotation(pipeline_opportunity=self.name).name
		self.addCleanup(self.remove_quotation, quotation)
		frappe.db.commit()
		frappe.get_doc(OPPORTUNITY, self.name, for_update=True)
		jobs = Connection(personas.ENGINEER, send_and_get_jobs, quotation, "Quotation").wait()
		self.assertEqual([job["name"] for job in jobs], [self.name])
		frappe.db.rollback()
		self.assertIsNone(get_waiting_since(self.name))
		record_later(**jobs[0])
		self.assertTrue(get_waiting_since(self.name))

	def remove_quotation(self, name: str) -> None:
		frappe.db.rollback()
		frappe.db.delete("Communication", {"reference_name": name})
		frappe.delete_doc("Quotation", name, force=True)
		frappe.db.commit()

	def test_two_mails_at_once_lose_nothing(self):
		times = [mails.ago(minutes=minutes) for minutes in (30, 10, 20)]
		for mail in [Connection(personas.ENGINEER, send_at, self.name, at) for at in times]:
			mail.wait()
		frappe.db.rollback()
		self.assertEqual(get_waiting_since(self.name), max(times))


def send_and_get_jobs(name: str, doctype: str) -> list[dict]:
	"""Send an e-mail and return the arguments of the jobs that are to follow."""
	with patch.object(frappe, "enqueue") as enqueue:
		mails.send(name, doctype=doctype)
	jobs = [call.kwargs for call in enqueue.call_args_list if call.args[:1] == (RECORD_LATER,)]
	return [{key: job[key] for key in ("name", "at", "outgoing")} for job in jobs]


def send_at(name: str, at) -> None:
	while True:
		try:
			return mails.send(name, communication_date=at)
		except ConflictError:  # who writes is told, and sends it again
			frappe.db.rollback()
