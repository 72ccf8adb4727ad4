"""Brings in e-mails that the framework has fetched and dropped.

It marks all new messages of an inbox as read, and when it can't parse one of them (no sender, an unknown charset in a
header) it gives up the others with it. This job looks at what was fetched an hour ago or earlier. IMAP only: by POP3
nothing is left to look at.
"""

import json
import re
from dataclasses import astuple

import frappe
from frappe import _
from frappe.email.receive import InboundMail, SentEmailInInboxError
from frappe.model.document import Document

from crm_pipeline.crm_pipeline.domain import mailbox

OPPORTUNITY = "Pipeline Opportunity"
HEADERS = "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
MESSAGE = "(BODY.PEEK[])"
SENDER = re.compile(rb"^From:.*(\r?\n[ \t].*)*\r?\n", re.IGNORECASE | re.MULTILINE)
ADDRESS = re.compile(rb"[\w.+-]+@[\w-]+(\.[\w-]+)+")


def run() -> None:
	"""Look at every account that appends to opportunities. Trouble with one is logged and stops no other."""
	for name in _get_accounts():
		try:
			_check_account(frappe.get_doc("Email Account", name))
			frappe.db.commit()  # reason: a job, and what an account has brought stays
		except Exception:  # reason: the other accounts are due as well
			frappe.db.rollback()
			frappe.log_error(_("The inbox of {0} could not be checked for dropped e-mails").format(name))


def _get_accounts() -> list[str]:
	appending = frappe.get_all(
		"IMAP Folder", filters={"append_to": OPPORTUNITY}, pluck="parent", distinct=True
	)
	filters = {"name": ("in", appending), "enable_incoming": 1, "use_imap": 1, "awaiting_password": 0}
	return frappe.get_all("Email Account", filters=filters, pluck="name")


def _check_account(account: Document) -> None:
	connection = getattr(account.get_incoming_server(in_receive=True), "imap", None)
	if not connection:
		return  # the framework has noted that the server does not answer
	try:
		for folder in account.imap_folder:
			if folder.append_to == OPPORTUNITY:
				_check_folder(account, folder.folder_name, connection)
	finally:
		connection.logout()


def _check_folder(account: Document, folder: str, connection) -> None:
	status, _count = connection.select(f'"{folder}"', readonly=True)
	if status != "OK":
		return
	key = f"{account.name}|{folder}"
	validity, highest = _get_numbers(connection, folder)
	progress = _get_all_progress().get(key)
	progress = mailbox.Progress(*progress) if progress else None
	unread = _search(connection, "UNSEEN") if account.email_sync_option == "UNSEEN" else []
	due = mailbox.get_due(progress, validity, unread)
	for uid in _search(connection, f"UID {due.start}:{due.stop - 1}") if due else ():
		if uid in due and not _is_known(account, uid, _fetch(connection, uid, HEADERS)):
			_bring_in(account, uid, _fetch(connection, uid, MESSAGE))
	_set_progress(key, mailbox.advance(progress, validity, due, highest))


def _get_numbers(connection, folder: str) -> tuple[int, int]:
	"""Return the UIDVALIDITY of a folder and its highest UID so far."""
	answer = connection.status(f'"{folder}"', "(UIDVALIDITY UIDNEXT)")[1][0].decode()
	validity, following = (re.search(rf"{name} (\d+)", answer) for name in ("UIDVALIDITY", "UIDNEXT"))
	return int(validity[1]), int(following[1]) - 1


def _search(connection, criterion: str) -> list[int]:
	found = connection.uid("search", None, criterion)[1][0] or b""
	return [int(uid) for uid in found.split()]


def _fetch(connection, uid: int, part: str) -> bytes:
	return connection.uid("fetch", str(uid), part)[1][0][1]


def _is_known(account: Document, uid: int, header: bytes) -> bool:
	"""Tell whether the e-mail is on the site, or was put aside by the framework for a person to look at."""
	message_id = header.partition(b"<")[2].partition(b">")[0].decode(errors="replace")
	if message_id and frappe.db.exists("Communication", {"message_id": message_id}):
		return True
	here = {"email_account": account.name, "uid": uid}
	return bool(
		frappe.db.exists("Unhandled Email", here)
		or (not message_id and frappe.db.exists("Communication", here))
	)


def _bring_in(account: Document, uid: int, raw: bytes) -> None:
	"""Do with one e-mail what the framework would have done; what still fails is put aside for a person."""
	try:
		communication = _parse(account, uid, raw).process()
		frappe.db.commit()  # reason: a job; the next e-mail must not undo this one
		communication.send_email(is_inbound_mail_communcation=True)
	except SentEmailInInboxError:
		frappe.db.rollback()
	except Exception:  # reason: whatever is wrong with one e-mail, the others are due
		reason = frappe.get_traceback()
		frappe.db.rollback()
		account.handle_bad_emails(uid, raw, reason)


def _parse(account: Document, uid: int, raw: bytes) -> InboundMail:
	try:
		return InboundMail(raw, account, uid, append_to=OPPORTUNITY)
	except Exception:  # reason: parsing fails in many ways, mostly for the sender
		address = ADDRESS.search(
			b"".join(match[0] for match in SENDER.finditer(raw.partition(b"\r\n\r\n")[0]))
		)
		sender = address[0] if address else b"unknown"
		return InboundMail(
			b"From: " + sender + b"\r\n" + SENDER.sub(b"", raw, count=1), account, uid, append_to=OPPORTUNITY
		)


def _get_all_progress() -> dict:
	return json.loads(frappe.db.get_global(mailbox.PROGRESS) or "{}")


def _set_progress(key: str, progress: mailbox.Progress) -> None:
	frappe.db.set_global(mailbox.PROGRESS, json.dumps({**_get_all_progress(), key: astuple(progress)}))
