"""`db_set` writes past all rules: what this app rules over is saved instead, as anybody else's change would be."""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe import _
from frappe.model import default_fields
from frappe.model.document import Document

from crm_pipeline.record import locking
from crm_pipeline.refusal import get_label, refuse

BEING_SAVED = "crm_pipeline_direct_writes"
KEPT_BY_THE_FRAMEWORK = ("modified", "modified_by")


def save_ruled(doc: Document, values: dict) -> dict:
	"""Save those of the values that are this app's to rule over, and return the others. `doc` shows what was saved."""
	ruled = {name: value for name, value in values.items() if _is_ruled(doc, name)}
	if ruled:
		record = locking.get_locked(doc.name)
		before = record.as_dict()
		record.update(ruled)
		if record.as_dict() != before:
			with _once(doc, ruled):
				record.save(ignore_permissions=True)  # reason: db_set is called by code, which nobody asks
		doc.update({name: value for name, value in _get_values(record).items() if before.get(name) != value})
	return {name: value for name, value in values.items() if name not in ruled}


def _is_ruled(doc: Document, fieldname: str) -> bool:
	df = doc.meta.get_field(fieldname)
	return (
		not df.get("is_custom_field")
		if df
		else fieldname in default_fields and fieldname not in KEPT_BY_THE_FRAMEWORK
	)


def _get_values(record: Document) -> dict:
	tables = {df.fieldname for df in record.meta.get_table_fields()}
	return {name: value for name, value in record.get_valid_dict().items() if name not in tables}


@contextmanager
def _once(doc: Document, values: dict) -> Iterator[None]:
	"""A script that writes another value after every save would go on for ever."""
	under_way = frappe.flags.setdefault(BEING_SAVED, set())
	if doc.name in under_way:
		message = _("{0} is written anew after each save of {1}. Set it before the save instead.")
		refuse(message, get_label(doc, next(iter(values))), doc.name)
	under_way.add(doc.name)
	try:
		yield
	finally:
		under_way.discard(doc.name)
