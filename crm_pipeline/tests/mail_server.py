"""A mail server of the tests' own: SMTP takes mail for anybody, the inbox is read by IMAP. Both on loopback, no TLS.

Mail to INBOX goes to an IMAP server (pymap, a process of its own), where the site pulls it. Mail to anybody else is
kept as it arrived, for a test that reads it as the customer would.
"""

import email
import imaplib
import smtplib
import socket
import subprocess
import sys
from email.message import EmailMessage, Message
from email.policy import default as default_policy
from importlib.util import find_spec
from time import monotonic, sleep

HOST = "127.0.0.1"
INBOX = "sales.inbox@outside.example"
PASSWORD = "inbox-password"
PATIENCE = 20  # seconds until a server must answer
PACKAGES = ("aiosmtpd", "pymap")
HAS_PACKAGES = all(find_spec(package) for package in PACKAGES)
# ends with the tests, however they end: then nobody holds the other side of its stdin
RUN_PYMAP = """
import os, sys, threading
threading.Thread(target=lambda: os._exit(len(sys.stdin.read())), daemon=True).start()
from pymap.main import main
sys.exit(main())
"""


class MailServer:
	"""Runs between start() and stop(); `delivered` holds (recipient, message) of whatever left for outside."""

	def __init__(self):
		self.delivered: list[tuple[str, Message]] = []
		self.imap_port = _get_free_port()
		self.smtp_port = _get_free_port()
		self._imap: subprocess.Popen | None = None
		self._smtp = None

	def start(self) -> None:
		from aiosmtpd.controller import Controller

		options = ["--host", HOST, "--port", str(self.imap_port), "--no-tls", "dict"]
		user = ["--demo-user", INBOX, "--demo-password", PASSWORD]
		self._imap = subprocess.Popen(
			[sys.executable, "-c", RUN_PYMAP, *options, *user],
			stdin=subprocess.PIPE,
			stdout=subprocess.DEVNULL,
			stderr=subprocess.DEVNULL,
		)
		options = {"authenticator": _let_in, "auth_require_tls": False}
		self._smtp = Controller(self, hostname=HOST, port=self.smtp_port, **options)
		self._smtp.start()
		_wait_for(self.imap_port)

	def stop(self) -> None:
		if self._smtp:
			self._smtp.stop()
		if self._imap:
			self._imap.kill()
			self._imap.wait()

	async def handle_DATA(self, _server, _session, envelope) -> str:
		"""Deliver one mail, as the SMTP server got it."""
		for recipient in envelope.rcpt_tos:
			if recipient.lower() == INBOX:
				self.put_into_inbox(envelope.content)
			else:
				message = email.message_from_bytes(envelope.content, policy=default_policy)
				self.delivered.append((recipient.lower(), message))
		return "250 delivered"

	def put_into_inbox(self, raw: bytes) -> None:
		with imaplib.IMAP4(HOST, self.imap_port) as mailbox:
			mailbox.login(INBOX, PASSWORD)
			mailbox.append("INBOX", None, None, raw)

	def send(self, sender: str, recipients: list[str], message: EmailMessage | bytes) -> None:
		"""Hand a mail in, as the sender's mail program would."""
		raw = message if isinstance(message, bytes) else message.as_bytes()
		with smtplib.SMTP(HOST, self.smtp_port) as server:
			server.sendmail(sender, recipients, raw)

	def get_mail_of(self, recipient: str) -> list[Message]:
		return [message for address, message in self.delivered if address == recipient]


def _let_in(*_arguments):
	from aiosmtpd.smtp import AuthResult

	return AuthResult(success=True)


def _get_free_port() -> int:
	with socket.socket() as free:
		free.bind((HOST, 0))
		return free.getsockname()[1]


def _wait_for(port: int) -> None:
	deadline = monotonic() + PATIENCE
	while True:
		try:
			socket.create_connection((HOST, port), timeout=1).close()
			return
		except OSError:
			if monotonic() > deadline:
				raise
			sleep(0.05)
