"""What the framework can't bring in: dropped, put aside, or met by somebody else. It comes in all the same, once."""

from unittest.mock import patch

import frappe

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.correspondence import waiting as correspondence
from crm_pipeline.exceptions import ConflictError
from crm_pipeline.mail import catch_up
from crm_pipeline.tests import personas
from crm_pipeline.tests.base import site_only
from crm_pipeline.tests.connections import Connection
from crm_pipeline.tests.mail_case import (
	ACCOUNT,
	STRANGER,
	MailTestCase,
	compose,
	get_attachments,
	get_bells,
	get_communication,
)
from crm_pipeline.tests.mail_server import INBOX

SUBJECT = "Pumps for our mill"


@site_only("mail travels through SMTP and IMAP servers")
class TestSecondTry(MailTestCase):
	def test_what_the_framework_fetches_and_drops_is_brought_in(self):
		catch_up.run()
		broken, unknown, good = (compose(STRANGER, subject) for subject in ("Broken", "Unknown", "Good"))
		del broken["From"]
		raw = unknown.as_bytes().replace(STRANGER.encode(), f"=?no-such?q?R=E4vi?= <{STRANGER}>".encode())
		for mail in (broken.as_bytes(), raw, good):
			self.server.send(STRANGER, [INBOX], mail)
		self.pull()
		self.pull()  # the first sync of a mailbox marks nothing as read
		for _hour in range(2):
			catch_up.run()
		titles = {get_communication(mail).reference_name: mail["Subject"] for mail in (broken, unknown, good)}
		self.assertEqual(
			dict(
				frappe.get_all(
					OPPORTUNITY, {"title": ("in", list(titles.values()))}, ["name", "title"], as_list=True
				)
			),
			titles,
		)
		self.assertEqual(get_communication(unknown).sender, STRANGER)

	def test_a_mail_comes_in_once_without_the_attachment_that_the_site_refuses_and_names_it(self):
		catch_up.run()
		mail = compose(STRANGER, SUBJECT, "We need two pumps.")
		mail.add_attachment("two pumps", subtype="csv", filename="enquiry.csv")
		mail.add_attachment(b"no PDF", maintype="application", subtype="pdf", filename="<i>.pdf")
		self.server.send(STRANGER, [INBOX], mail)
		self.pull_and_try_again()
		communication = get_communication(mail)
		doc = frappe.get_doc(OPPORTUNITY, communication.reference_name)
		self.assertEqual((doc.title, doc.needs_details, get_attachments(mail)), (SUBJECT, 1, ["enquiry.csv"]))
		self.assertIn("We need two pumps.", communication.content)
		notes = frappe.get_all(
			"Comment", {"reference_name": doc.name, "comment_type": "Info"}, pluck="content"
		)
		self.assertEqual(
			notes, [f"The e-mail {SUBJECT} came without &lt;i&gt;.pdf: the site refused to keep it."]
		)
		for _hour in range(2):
			self.pull_and_try_again()
			catch_up.run()
		self.assertEqual(frappe.db.count(OPPORTUNITY, {"contact_email": STRANGER}), 1)
		self.assertEqual(frappe.db.count("Communication", {"sender": STRANGER}), 1)
		self.assertFalse(frappe.db.exists("Unhandled Email", {"email_account": ACCOUNT}))
		self.assertEqual(get_bells(doc.name), [personas.ENGINEER])

	def test_a_mail_without_sender_comes_in_at_once_where_the_framework_puts_it_aside(self):
		mail = compose(STRANGER, SUBJECT)
		del mail["From"]
		self.server.send(STRANGER, [INBOX], mail)
		self.pull_and_try_again()
		doc = frappe.get_doc(OPPORTUNITY, get_communication(mail).reference_name)
		self.assertEqual((doc.title, doc.contact_email, doc.party_name), (SUBJECT, None, None))
		self.assertFalse(frappe.db.exists("Unhandled Email", {"email_account": ACCOUNT}))

	def test_what_fails_twice_is_put_aside_once_for_a_person(self):
		with patch.object(correspondence, "follow", side_effect=frappe.QueryDeadlockError):
			self.write()
			self.pull_and_try_again()
		self.assertEqual(frappe.db.count("Unhandled Email", {"email_account": ACCOUNT}), 1)

	def test_a_mail_that_meets_somebody_at_its_record_comes_in_all_the_same(self):
		follow, met = correspondence.follow, []

		def meet_first(communication):
			if not met:
				met.append(communication)
				frappe.db.rollback()  # as the database does
				raise frappe.QueryDeadlockError
			follow(communication)

		with patch.object(correspondence, "follow", meet_first):
			mail = self.write(STRANGER, SUBJECT)
			self.pull_and_try_again()
		name = get_communication(mail).reference_name
		self.assertEqual(frappe.get_all(OPPORTUNITY, {"contact_email": STRANGER}, pluck="name"), [name])
		self.assertFalse(frappe.db.exists("Unhandled Email", {"email_account": ACCOUNT}))

	def test_no_reply_is_lost_whoever_works_on_the_record_meanwhile(self):
		doc = self.receive_opportunity(STRANGER, SUBJECT)
		mails = [self.write(STRANGER, f"Question {number} (#{doc.name})") for number in range(5)]
		working = Connection(personas.MANAGER, comment_often, doc.name, 20)
		self.pull_and_try_again()
		working.wait()
		self.assertEqual({get_communication(mail).reference_name for mail in mails}, {doc.name})
		self.assertEqual(frappe.db.count("Communication", {"reference_name": doc.name}), 6)
		self.assertEqual(
			frappe.db.count("Comment", {"reference_name": doc.name, "comment_type": "Comment"}), 20
		)


def comment_often(name: str, count: int) -> None:
	from frappe.desk.form.utils import add_comment

	while count:
		try:
			add_comment(OPPORTUNITY, name, f"Comment {count}", frappe.session.user, "Cast")
			frappe.db.commit()
			count -= 1
		except ConflictError:
			frappe.db.rollback()
