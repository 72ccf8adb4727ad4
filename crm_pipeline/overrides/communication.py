"""E-mails, wherever they stand: the opportunity they belong to hears of them."""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.access import companions
from crm_pipeline.access.permissions import require_write
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.correspondence import waiting as correspondence
from crm_pipeline.mail import attention, headers, incoming, own_mail
from crm_pipeline.record import locking, transactions
from crm_pipeline.record.conflict import explain_conflict

REFERENCE = ("reference_doctype", "reference_name")


def before_insert(doc: Document, method: str | None = None) -> None:
	incoming.keep_sender(doc)
	headers.mark_automatic(doc)
	companions.validate_reference(doc, doc.reference_doctype, doc.reference_name)
	if doc.reference_doctype == OPPORTUNITY:
		locking.hold(doc.reference_name)


def validate(doc: Document, method: str | None = None) -> None:
	"""Who moves an e-mail sees where it goes, and may write the opportunity that it leaves."""
	if doc.reference_doctype == OPPORTUNITY:
		keep_off_timelines(doc)
	saved = doc.get_doc_before_save()
	if saved and not any(doc.get(fieldname) != saved.get(fieldname) for fieldname in REFERENCE):
		return
	companions.validate_reference(doc, doc.reference_doctype, doc.reference_name)
	if saved and saved.reference_doctype == OPPORTUNITY and not doc.flags.ignore_permissions:
		require_write(saved.reference_name)


def keep_off_timelines(doc: Document) -> None:
	"""The framework shows a mail on the customer and contact too, to whoever may read those: it stays with its record."""
	doc.timeline_links = [link for link in doc.timeline_links if link.link_doctype == OPPORTUNITY]


def on_update(doc: Document, method: str | None = None) -> None:
	"""An e-mail is taken in once, when it is new or put on another document."""
	saved = doc.get_doc_before_save()
	with explain_conflict(None):
		if not saved:
			_run(own_mail.take_party, doc)
			_run(attention.tell_of_late, doc)
		if not saved or any(doc.get(fieldname) != saved.get(fieldname) for fieldname in REFERENCE):
			_run(correspondence.follow, doc)


def _run(step: Callable[[Document], None], doc: Document) -> None:
	"""Trouble with an opportunity is logged and never costs the e-mail, unless the database has undone that as well."""
	with transactions.attempt() as telling:
		step(doc)
	if telling.error:
		frappe.log_error(
			_("An opportunity did not hear of an e-mail"), telling.traceback, reference_doctype=doc.doctype
		)
