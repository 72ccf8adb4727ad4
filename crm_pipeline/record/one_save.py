"""What our own code says about one save, by flags on the record, and that it ends with it."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import frappe
from frappe.model.document import Document

from crm_pipeline import compat
from crm_pipeline.record import transactions
from crm_pipeline.record.conflict import explain_conflict

FLAGS = (
	"system_values",
	"correction",
	"audit_event",
	"audit_reason",
	"routed",
	"routing_reason",
	"seconds_in_stage",
	"probability_is_given",
	"details_confirmed",
	"details_by_system",
	"ignore_mandatory",
	"new_supplier_rates",
	"event_is_closed",
	"intended",
)
# what a save notes for itself, however often the rules run in it
NOTES = ("is_written", "ruling", "routing_turns")
# the records whose own save gives out to-dos at this moment; they are no person's doing
ASSIGNING = "crm_pipeline_assigning"


@contextmanager
def one_save(doc: Document) -> Iterator[None]:
	"""A save is carried out or leaves nothing behind, and what was said about it does not reach into the next one.

	A Notification that sets a property saves the record inside its own save: that is a save like any other, after which
	the first one goes on as what it was.
	"""
	with inside_another(doc) if doc.flags.is_in_save else nullcontext():
		doc.flags.is_in_save = True
		try:
			with explain_conflict(doc.name), transactions.savepoint():
				yield
		finally:
			for flag in (*FLAGS, *NOTES, "is_in_save"):
				doc.flags.pop(flag, None)
			end_assigning(doc.name)


@contextmanager
def inside_another(doc: Document) -> Iterator[None]:
	"""Keep what belongs to the save that is under way."""
	kept = {flag: doc.flags.pop(flag) for flag in (*FLAGS, *NOTES) if flag in doc.flags}
	saved, is_new = doc.get_doc_before_save(), doc.is_new()
	if kept.get("is_written"):
		doc.__dict__.pop("__islocal", None)  # its row is there
	try:
		yield
	finally:
		doc.flags.update(kept, is_in_save=True)
		compat.set_doc_before_save(doc, saved)
		doc.set("__islocal", is_new or None)


def begin_assigning(name: str) -> None:
	frappe.flags.setdefault(ASSIGNING, set()).add(name)


def is_assigning(name: str) -> bool:
	return name in frappe.flags.get(ASSIGNING, ())


def end_assigning(name: str) -> None:
	frappe.flags.get(ASSIGNING, set()).discard(name)
