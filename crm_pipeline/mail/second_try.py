"""An e-mail that the framework could not bring in, brought in by ourselves without what stood in its way."""

import re

import frappe
from frappe import _
from frappe.email.receive import InboundMail
from frappe.model.document import Document
from frappe.utils import escape_html

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.mail import headers
from crm_pipeline.record import locking, transactions

SENDER = re.compile(rb"^From:.*(\r?\n[ \t].*)*\r?\n", re.IGNORECASE | re.MULTILINE)
ADDRESS = re.compile(rb"[\w.+-]+@[\w-]+(\.[\w-]+)+")


class Mail(InboundMail):
	"""An e-mail that comes in without the attachments that the site refuses; `refused` has their names."""

	def __init__(self, *arguments, **options):
		self.refused: list[str] = []
		super().__init__(*arguments, **options)

	def save_attachments_in_doc(self, doc: Document) -> list[Document]:
		attachments, saved = self.attachments, []
		for attachment in attachments:
			self.attachments = [attachment]
			# files are refused in many ways, a damaged PDF by its parser
			with transactions.attempt() as saving:
				saved += super().save_attachments_in_doc(doc)
			if saving.error:
				self.refused.append(attachment["fname"])
		self.attachments = attachments
		return saved


def bring_in(account: Document, uid: int, raw: bytes) -> Document:
	"""Make the Communication of an e-mail, with its opportunity, and return it."""
	mail = _parse(account, uid, raw)
	record = mail.reference_document()
	if record and record.doctype == OPPORTUNITY:
		transactions.commit()  # so that the lock is the first read: nobody can come in between any more
		locking.hold(record.name)
	with headers.at_hand(mail.mail):
		communication = mail.process()
	if mail.refused:
		_name_refused(communication, mail.refused)
	return communication


def _parse(account: Document, uid: int, raw: bytes) -> Mail:
	"""Return the e-mail; one without a sender that can be read gets one."""
	try:
		mail = Mail(raw, account, uid, append_to=OPPORTUNITY)
	except Exception:  # reason: parsing fails in many ways, mostly for the sender
		mail = None
	if mail and mail.from_email:
		return mail
	address = ADDRESS.search(b"".join(match[0] for match in SENDER.finditer(raw.partition(b"\r\n\r\n")[0])))
	sender = b"From: " + (address[0] if address else b"unknown") + b"\r\n"
	return Mail(sender + SENDER.sub(b"", raw, count=1), account, uid, append_to=OPPORTUNITY)


def _name_refused(communication: Document, names: list[str]) -> None:
	"""Say in the timeline which attachments were left out."""
	text = _("The e-mail {0} came without {1}: the site refused to keep it.")
	doctype, name = communication.reference_doctype, communication.reference_name
	comment = {
		"doctype": "Comment",
		"comment_type": "Info",
		"reference_doctype": doctype or communication.doctype,
		"reference_name": name or communication.name,
		"content": text.format(escape_html(communication.subject), escape_html(", ".join(names))),
	}
	frappe.get_doc(comment).insert(ignore_permissions=True)  # reason: an e-mail has no user
