"""Tests with real mail: sent by SMTP, pulled by IMAP, the way the scheduler does it. Pulling commits."""

import unittest
from contextlib import suppress
from email.message import EmailMessage
from email.utils import make_msgid, parseaddr
from unittest.mock import patch

import frappe

from crm_pipeline.api import routing as routing_api
from crm_pipeline.constants import OPPORTUNITY, SETTINGS
from crm_pipeline.mail import catch_up
from crm_pipeline.routing import rule
from crm_pipeline.tests import factories, leftovers, mail_server, personas
from crm_pipeline.tests.connections import CommittedTestCase
from crm_pipeline.tests.users import as_user

ACCOUNT = "Cast Inbox"
OUTSIDE = "outside.example"
IS_DEFAULT = ("default_incoming", "default_outgoing")
DEFAULTS = {"default_region": personas.REGION, "default_product_line": personas.PRODUCT_LINE}
STRANGER = f"ravi.stranger@{OUTSIDE}"
CUSTOMER_CONTACT = f"carla.contact@{OUTSIDE}"


@unittest.skipUnless(
	mail_server.HAS_PACKAGES, f"needs {' and '.join(mail_server.PACKAGES)} to run mail servers"
)
class MailTestCase(CommittedTestCase):
	"""A site with an Email Account that appends to opportunities, and a mail server behind it."""

	@classmethod
	def setUpClass(cls) -> None:
		super().setUpClass()
		cls.started = frappe.utils.now_datetime()
		remove_mail()
		frappe.delete_doc("Email Account", ACCOUNT, force=True, ignore_missing=True)
		cls.server = mail_server.MailServer()
		cls.addClassCleanup(cls.server.stop)
		cls.server.start()
		cls.addClassCleanup(cls.restore_site)
		cls.set_up_site()

	@classmethod
	def set_up_site(cls) -> None:
		filters = {"name": ("!=", ACCOUNT)}
		cls.other_accounts = frappe.get_all("Email Account", filters=filters, fields=["name", *IS_DEFAULT])
		cls.settings = {fieldname: frappe.db.get_single_value(SETTINGS, fieldname) for fieldname in DEFAULTS}
		make_account(cls.server)
		for fieldname, value in DEFAULTS.items():
			commit_setting(fieldname, value)

	@classmethod
	def restore_site(cls) -> None:
		frappe.db.rollback()
		remove_mail()
		frappe.delete_doc("Email Account", ACCOUNT, force=True)
		leftovers.remove_logs(since=cls.started)
		for fieldname, value in cls.settings.items():
			commit_setting(fieldname, value)
		for account in cls.other_accounts:
			values = {fieldname: account[fieldname] for fieldname in IS_DEFAULT}
			frappe.db.set_value("Email Account", account.name, values)
		frappe.db.commit()

	def setUp(self) -> None:
		super().setUp()
		self.server.delivered.clear()
		frappe.flags.testing_email = True  # else the framework only pretends to send
		self.addCleanup(frappe.flags.pop, "testing_email", None)

	def undo_writes(self) -> None:
		frappe.set_user("Administrator")
		frappe.db.rollback()
		remove_mail()
		super().undo_writes()

	def set_up_routing(self) -> None:
		"""Make the Assignment Rule until the test is over, or wake up the one the site has."""
		existed = frappe.db.exists("Assignment Rule", rule.RULE)
		with as_user("Administrator"):
			routing_api.set_up_routing()
		if existed:
			self.addCleanup(commit_value, "Assignment Rule", rule.RULE, "disabled", 1)
		else:
			self.addCleanup(remove_rule)
		frappe.db.commit()

	def change_setting(self, fieldname: str, value) -> None:
		"""Commit a setting until the test is over."""
		self.addCleanup(commit_setting, fieldname, frappe.db.get_single_value(SETTINGS, fieldname))
		commit_setting(fieldname, value)

	def change(self, doctype: str, name: str, fieldname: str, value) -> None:
		"""Commit a value until the test is over."""
		former = frappe.db.get_value(doctype, name, fieldname)
		self.addCleanup(commit_value, doctype, name, fieldname, former)
		commit_value(doctype, name, fieldname, value)

	def write(
		self, sender: str = STRANGER, subject: str | None = "Pumps for our mill", **options
	) -> EmailMessage:
		"""Send a mail to the inbox as `sender`, and return it. `options`: see compose()."""
		message = compose(sender, subject, **options)
		self.server.send(parseaddr(sender)[1], [mail_server.INBOX], message)
		return message

	def pull(self) -> None:
		"""Let the scheduler's job fetch what lies in the inbox."""
		from frappe.email.doctype.email_account.email_account import pull_from_email_account

		with as_user("Administrator"):
			pull_from_email_account(ACCOUNT)
		frappe.clear_messages()

	def pull_and_try_again(self) -> None:
		"""Let the scheduler's job fetch what lies in the inbox, and a worker do what that leaves to it."""
		jobs, enqueue = [], frappe.enqueue

		def queue(method, **options):
			if method == catch_up.TRY_AGAIN:
				jobs.append(options["name"])
			else:
				enqueue(method, **options)

		with patch.object(frappe, "enqueue", queue), suppress(Exception):
			self.pull()
		with as_user("Administrator"):
			for name in jobs:
				catch_up.try_again(name)
		frappe.clear_messages()

	def receive(self, *arguments, **options):
		"""Send a mail to the inbox, pull it and return its Communication."""
		message = self.write(*arguments, **options)
		self.pull()
		return get_communication(message)

	def receive_opportunity(self, *arguments, **options):
		"""As receive(), and return the opportunity that the mail stands on."""
		communication = self.receive(*arguments, **options)
		self.assertEqual(communication.reference_doctype, OPPORTUNITY)
		return frappe.get_doc(OPPORTUNITY, communication.reference_name)

	def send_from_form(self, doc, user: str, recipient: str, **options):
		"""Send a mail from a document's form as `user`; return the one that reached `recipient`."""
		from frappe.core.doctype.communication.email import make
		from frappe.email.queue import flush

		known = len(self.server.get_mail_of(recipient))
		with as_user(user):
			values = {"doctype": doc.doctype, "name": doc.name, "recipients": recipient, "send_email": 1}
			make(**{"subject": doc.name, "content": "<p>Dear customer</p>", **values, **options})
		frappe.db.set_value("Email Queue", {"status": "Not Sent"}, "send_after", None)  # newer ones wait 10 s
		frappe.db.commit()
		with as_user("Administrator"):
			flush()
		mails = self.server.get_mail_of(recipient)
		self.assertEqual(len(mails), known + 1)
		return mails[-1]


def remove_mail() -> None:
	leftovers.remove_mail(ACCOUNT, OUTSIDE)


def compose(sender: str, subject: str | None, content="We need two pumps.", **options) -> EmailMessage:
	"""Return a mail to the inbox. `options`: to, cc, headers, html, charset, answers (the mail it replies to)."""
	message = EmailMessage()
	message["From"] = sender
	message["To"] = options.get("to", mail_server.INBOX)
	if subject is not None:
		message["Subject"] = subject
	message["Message-ID"] = make_msgid(domain=OUTSIDE)
	answered = options.get("answers")
	if answered:
		message["In-Reply-To"] = answered["Message-ID"]
		message["References"] = answered["Message-ID"]
	for name, value in {"Cc": options.get("cc"), **options.get("headers", {})}.items():
		if value is not None:
			message[name] = value
	if "html" in options:
		message.set_content(options["html"], subtype="html")
	else:
		message.set_content(content)
	if "charset" in options:
		message.replace_header("Content-Type", f'text/plain; charset="{options["charset"]}"')
	return message


def get_communication(message):
	"""Return the Communication of a mail, found by its Message-ID."""
	frappe.db.commit()  # a fresh snapshot
	name = frappe.db.get_value("Communication", {"message_id": message["Message-ID"].strip("<> ")})
	return frappe.get_doc("Communication", name) if name else None


def get_attachments(mail) -> list[str]:
	"""Return the names of a mail's attachments as they were sent."""
	attached = {"attached_to_doctype": "Communication", "attached_to_name": get_communication(mail).name}
	names = frappe.get_all("File", attached, pluck="file_name")
	return [f"{name[:7]}.{name.rpartition('.')[2]}" for name in names]


def get_bells(name: str) -> list[str]:
	return frappe.get_all("Notification Log", filters={"document_name": name}, pluck="for_user")


def make_contact(address: str, *customers: str):
	"""Insert a contact of these customers."""
	links = [{"link_doctype": "Customer", "link_name": customer} for customer in customers]
	emails = [{"email_id": address, "is_primary": 1}]
	return factories.make("Contact", first_name=address.split(".")[0].title(), email_ids=emails, links=links)


def make_account(server: mail_server.MailServer) -> None:
	with as_user("Administrator"):
		frappe.get_doc(
			{
				"doctype": "Email Account",
				"email_account_name": ACCOUNT,
				"email_id": mail_server.INBOX,
				"password": mail_server.PASSWORD,
				"enable_incoming": 1,
				"default_incoming": 1,
				"use_imap": 1,
				"use_ssl": 0,
				"email_server": mail_server.HOST,
				"incoming_port": server.imap_port,
				"email_sync_option": "UNSEEN",
				"initial_sync_count": "100",
				"imap_folder": [{"folder_name": "INBOX", "append_to": OPPORTUNITY}],
				"enable_outgoing": 1,
				"default_outgoing": 1,
				"smtp_server": mail_server.HOST,
				"smtp_port": server.smtp_port,
				"use_tls": 0,
				"no_smtp_authentication": 1,
			}
		).insert()


def remove_rule() -> None:
	with as_user("Administrator"):
		rule.delete()
	frappe.db.commit()


def commit_value(doctype: str, name: str, fieldname: str, value) -> None:
	frappe.db.set_value(doctype, name, fieldname, value)
	frappe.db.commit()
	frappe.clear_document_cache(doctype, name)


def commit_setting(fieldname: str, value) -> None:
	frappe.db.set_single_value(SETTINGS, fieldname, value)
	frappe.db.commit()
	frappe.clear_document_cache(SETTINGS, SETTINGS)
