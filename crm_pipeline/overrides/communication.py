"""E-mails, wherever they stand: the opportunity they belong to hears of them."""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.correspondence import waiting as correspondence
from crm_pipeline.mail import attention, incoming, own_mail
from crm_pipeline.record import conflict, transactions

SAVEPOINT = "take_in_mail"
REFERENCE = ("reference_doctype", "reference_name")


def before_insert(doc: Document, method: str | None = None) -> None:
	incoming.keep_sender(doc)
	if doc.reference_doctype == OPPORTUNITY:
		conflict.hold(doc.reference_name)


def on_update(doc: Document, method: str | None = None) -> None:
	"""An e-mail is taken in once, when it is new or put on another document."""
	saved = doc.get_doc_before_save()
	with conflict.told_about(None):
		if not saved:
			_run(own_mail.take_party, doc)
			_run(attention.tell_of_late, doc)
		if not saved or any(doc.get(fieldname) != saved.get(fieldname) for fieldname in REFERENCE):
			_run(correspondence.follow, doc)


def _run(step: Callable[[Document], None], doc: Document) -> None:
	"""Trouble with an opportunity is logged and never costs the e-mail, unless the database has undone that as well."""
	frappe.db.savepoint(SAVEPOINT)
	try:
		step(doc)
	except Exception as error:  # reason: whatever is wrong with the opportunity, the e-mail is kept
		transactions.undo(SAVEPOINT, error)
		frappe.log_error(_("An opportunity did not hear of an e-mail"), reference_doctype=doc.doctype)
