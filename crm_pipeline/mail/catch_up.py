"""Brings in e-mails that the framework has fetched and could not bring in.

It marks all new messages of an inbox as read. What it can't make a Communication of (no sender, an attachment that is
refused, somebody else at the same record) it puts aside as Unhandled Email: that is tried again at once, in a job. What it
can't even parse it drops, and the others with it: this hourly job looks at what was fetched an hour ago or earlier. IMAP
only: by POP3 nothing is left to look at.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import astuple

import frappe
from frappe import _
from frappe.email.receive import SentEmailInInboxError
from frappe.model.document import Document
from frappe.utils import cint

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.domain import mailbox
from crm_pipeline.mail import second_try
from crm_pipeline.record import transactions

TRY_AGAIN = "crm_pipeline.mail.catch_up.try_again"
HEADERS = "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
MESSAGE = "(BODY.PEEK[])"


def run() -> None:
	"""Look at every account that appends to opportunities. Trouble with one is logged and stops no other."""
	for name in _get_accounts():
		try:
			_check_account(frappe.get_doc("Email Account", name))
			frappe.db.commit()  # reason: a job, and what an account has brought stays
		except Exception:  # reason: the other accounts are due as well
			frappe.db.rollback()
			frappe.log_error(_("The inbox of {0} could not be checked for dropped e-mails").format(name))


def try_again_later(unhandled: Document) -> None:
	"""Let a job bring in an e-mail that was just put aside, if its account appends to opportunities."""
	if unhandled.email_account in _get_accounts():
		frappe.enqueue(TRY_AGAIN, queue="long", enqueue_after_commit=True, name=unhandled.name)


def try_again(name: str) -> None:
	"""The job: bring in an e-mail that was put aside, wherever it lies among the folders of its account."""
	unhandled = frappe.get_doc("Unhandled Email", name)
	account, uid = frappe.get_doc("Email Account", unhandled.email_account), cint(unhandled.uid)
	for _folder, connection in _open_folders(account):
		message_id = _get_message_id(_fetch(connection, uid, HEADERS))
		if name in _get_put_aside(account, uid, message_id):
			_bring_in(account, uid, _fetch(connection, uid, MESSAGE), message_id)
			return


def _get_accounts() -> list[str]:
	appending = frappe.get_all(
		"IMAP Folder", filters={"append_to": OPPORTUNITY}, pluck="parent", distinct=True
	)
	filters = {"name": ("in", appending), "enable_incoming": 1, "use_imap": 1, "awaiting_password": 0}
	return frappe.get_all("Email Account", filters=filters, pluck="name")


def _check_account(account: Document) -> None:
	for folder, connection in _open_folders(account):
		_check_folder(account, folder, connection)


def _open_folders(account: Document) -> Iterator[tuple]:
	"""Yield (name, connection) of each folder that appends to opportunities."""
	connection = getattr(account.get_incoming_server(in_receive=True), "imap", None)
	if not connection:
		return  # the framework has noted that the server does not answer
	try:
		for folder in account.imap_folder:
			if folder.append_to == OPPORTUNITY:
				status, _count = connection.select(f'"{folder.folder_name}"', readonly=True)
				if status == "OK":
					yield folder.folder_name, connection
	finally:
		connection.logout()


def _check_folder(account: Document, folder: str, connection) -> None:
	key = f"{account.name}|{folder}"
	validity, highest = _get_numbers(connection, folder)
	progress = _get_all_progress().get(key)
	progress = mailbox.Progress(*progress) if progress else None
	unread = _search(connection, "UNSEEN") if account.email_sync_option == "UNSEEN" else []
	due = mailbox.get_due(progress, validity, unread)
	for uid in _search(connection, f"UID {due.start}:{due.stop - 1}") if due else ():
		message_id = _get_message_id(_fetch(connection, uid, HEADERS))
		if uid in due and not _is_known(account, uid, message_id):
			_bring_in(account, uid, _fetch(connection, uid, MESSAGE), message_id)
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
	"""Return a part of a message, empty if there is none of this number."""
	found = connection.uid("fetch", str(uid), part)[1][0]
	return found[1] if found else b""


def _get_message_id(header: bytes) -> str:
	return header.partition(b"<")[2].partition(b">")[0].decode(errors="replace")


def _is_known(account: Document, uid: int, message_id: str) -> bool:
	"""Tell whether the e-mail is on the site."""
	here = {"message_id": message_id} if message_id else {"email_account": account.name, "uid": uid}
	return bool(frappe.db.exists("Communication", here))


def _get_put_aside(account: Document, uid: int, message_id: str) -> list[str]:
	"""Return the names under which an e-mail was put aside for a person to look at."""
	here = {"email_account": account.name, "uid": str(uid)}
	rows = frappe.get_all("Unhandled Email", filters=here, fields=["name", "message_id"])
	return [row.name for row in rows if (row.message_id or "").strip(" <>") == message_id]


def _bring_in(account: Document, uid: int, raw: bytes, message_id: str) -> None:
	"""Do with one e-mail what the framework would have done; what still fails is put aside for a person."""
	try:
		communication = transactions.run_alone(_take_in, account, uid, raw, message_id)
	except SentEmailInInboxError:
		return
	except Exception:  # reason: whatever is wrong with one e-mail, the others are due
		if not _get_put_aside(account, uid, message_id):
			account.handle_bad_emails(uid, raw, frappe.get_traceback())
		return
	communication.send_email(is_inbound_mail_communcation=True)


def _take_in(account: Document, uid: int, raw: bytes, message_id: str) -> Document:
	communication = second_try.bring_in(account, uid, raw)
	for name in _get_put_aside(account, uid, message_id):
		frappe.delete_doc(
			"Unhandled Email", name, ignore_permissions=True
		)  # reason: a job's, now in its place
	return communication


def _get_all_progress() -> dict:
	return json.loads(frappe.db.get_global(mailbox.PROGRESS) or "{}")


def _set_progress(key: str, progress: mailbox.Progress) -> None:
	frappe.db.set_global(mailbox.PROGRESS, json.dumps({**_get_all_progress(), key: astuple(progress)}))
