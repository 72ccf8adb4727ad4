"""The way back: what happens to a linked document reaches its opportunity, and never stops that document."""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline.domain import lifecycle
from crm_pipeline.offers import links, notes, orders, quotations, supplier_rates
from crm_pipeline.record import locking, transactions
from crm_pipeline.record.contained import contained, describe

FOLLOW_AGAIN = "crm_pipeline.offers.follow.follow_again"


def follow(doc: Document, is_submission: bool = False) -> None:
	"""Bring the opportunity of a quotation or order up to date after an event of that document."""
	_run(doc, lambda record: _update(record, doc, is_submission), is_submission)


def follow_supplier(doc: Document) -> None:
	"""Bring the best rates to the opportunity after an event of a supplier quotation."""
	_run(doc, lambda record: _update_rates(record, doc))


def follow_again(doctype: str, name: str, is_submission: bool) -> None:
	"""Do what could not be done with the event, unless the document is gone."""
	if not frappe.db.exists(doctype, name):
		return
	doc = frappe.get_doc(doctype, name)
	record = locking.get_locked(doc.get(links.LINK))
	if doctype == "Supplier Quotation":
		_update_rates(record, doc)
	else:
		_update(record, doc, is_submission and doc.docstatus == 1)


def catch_up(name: str) -> None:
	"""Bring an opportunity up to date with states that arrived without an event; a refusal is told on its timeline."""
	with transactions.attempt((frappe.ValidationError, frappe.PermissionError)) as updating:
		_update_all(locking.get_locked(name))
	if updating.error:
		what = _("{0} was not brought up to date.").format(name)
		notes.tell(name, f"{what} {describe(updating.error)}")


def is_behind(record: Document) -> bool:
	"""Tell whether a record in play lags behind its documents."""
	if lifecycle.is_closed(record.status):
		return False
	return quotations.is_due(record) or orders.is_due(record) or supplier_rates.is_due(record)


def _update(record: Document, cause: Document, is_submission: bool) -> None:
	links.validate_match(cause, record)
	submitted = cause.name if is_submission else None
	if cause.doctype == "Quotation":
		quotations.update(record, submitted)
	else:
		quotations.update(record, ordered=submitted and orders.get_quotation(cause, record))
		orders.update(record, cause, submitted)


def _update_rates(record: Document, cause: Document) -> None:
	links.validate_match(cause, record)
	if lifecycle.is_closed(record.status):
		text = _("{0} is {1} and keeps its supplier rates. Those of {2} were not taken over.")
		notes.tell(record.name, text.format(record.name, _(record.status), cause.name))
	else:
		supplier_rates.update(record)


def _update_all(record: Document) -> None:
	if not lifecycle.is_closed(record.status):
		quotations.update(record)
		orders.update(record)
	if not lifecycle.is_closed(record.status):
		supplier_rates.update(record)


def _run(doc: Document, update: Callable[[Document], None], is_submission: bool = False) -> None:
	"""Run `update` on the document's opportunity, loaded locked. What goes wrong is undone, told, and never the document's."""
	name = doc.get(links.LINK)
	if not name:
		return
	what = _("{0} was not brought up to date.").format(name)
	event = {"doctype": doc.doctype, "name": doc.name, "is_submission": is_submission}
	with contained(what, FOLLOW_AGAIN, lambda text: notes.tell(name, text), **event):
		update(locking.get_locked(name))
