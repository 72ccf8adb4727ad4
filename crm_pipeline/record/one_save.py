"""What our own code says about one save, by flags on the record, and that it ends with it."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.model.document import Document

from crm_pipeline.record.conflict import explain_conflict

FLAGS = (
	"system_values",
	"correction",
	"audit_event",
	"audit_reason",
	"routed",
	"routing_reason",
	"seconds_in_stage",
	"details_confirmed",
	"details_by_system",
	"ignore_mandatory",
	"new_supplier_rates",
	"event_is_closed",
)
# the records whose own save gives out to-dos at this moment; they are no person's doing
ASSIGNING = "crm_pipeline_assigning"


@contextmanager
def one_save(doc: Document) -> Iterator[None]:
	"""Saved or refused, what was said about this save does not reach into the next one."""
	try:
		with explain_conflict(doc.name):
			yield
	finally:
		for flag in FLAGS:
			doc.flags.pop(flag, None)
		end_assigning(doc.name)


def begin_assigning(name: str) -> None:
	frappe.flags.setdefault(ASSIGNING, set()).add(name)


def is_assigning(name: str) -> bool:
	return name in frappe.flags.get(ASSIGNING, ())


def end_assigning(name: str) -> None:
	frappe.flags.get(ASSIGNING, set()).discard(name)
