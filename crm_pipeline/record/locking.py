"""Loads opportunities locked: one, or many for a job that saves one after the other in one transaction."""

from collections import defaultdict
from collections.abc import Iterator

import frappe
from frappe.model.document import Document

from crm_pipeline import compat
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.record.changes import is_same_row
from crm_pipeline.record.conflict import explain_conflict


def get_locked(name: str) -> Document:
	"""Load the record locked until the end of the transaction, before any other read of it."""
	with explain_conflict(name):
		return _without_the_sites_fields(frappe.get_doc(OPPORTUNITY, name, for_update=True))


def get_writable(name: str) -> Document:
	"""Do what `get_locked` does, for a user who may write the record."""
	doc = get_locked(name)
	doc.check_permission("write")
	return doc


def hold(*names: str) -> None:
	"""Lock records before anything is written to or beside them.

	The framework itself writes to a record that gets a comment, a to-do or an e-mail: this way whoever meets somebody
	else there hears the one sentence.
	"""
	with explain_conflict(names[0] if len(names) == 1 else None):
		record = frappe.qb.DocType(OPPORTUNITY)
		frappe.qb.from_(record).select(record.name).where(record.name.isin(names or ("",))).orderby(
			record.name
		).for_update().run()


def get_locked_many(names: list[str]) -> Iterator[Document]:
	"""Yield the records in order of name, locked until the transaction ends; what somebody else holds is left out.

	Must be the first read of its transaction: what is read later is then as new as the lock. Each record brings the
	copy that `save()` compares with, so that it is not read from the database a second and third time.
	"""
	rows = lock_free(names)
	children = _get_children([row.name for row in rows])
	for row in rows:
		doc = _without_the_sites_fields(_make_document(row, children))
		doc.flags.locked_copy = _make_document(row, children)
		yield doc


def lock_free(names: list[str], fieldnames: tuple[str, ...] = ()) -> list:
	"""Lock the records that nobody else holds and return their rows, with the named fields or all."""
	table = frappe.qb.DocType(OPPORTUNITY)
	fields = [table[name] for name in fieldnames] or ["*"]
	query = frappe.qb.from_(table).select(*fields).where(table.name.isin(names or [""]))
	return query.orderby(table.name).for_update(skip_locked=True).run(as_dict=True)


def use_locked_copy(doc: Document) -> bool:
	"""Before save(): compare with the copy that was read under the lock, once. False if there is none."""
	copy = doc.flags.pop("locked_copy", None)
	if copy:
		compat.set_doc_before_save(doc, copy)
	return bool(copy)


def keep_unchanged_tables(doc: Document) -> None:
	"""On before_save: spare the deletion of rows from tables that lost none, and the writing of unchanged rows."""
	saved = doc.get_doc_before_save()
	before = {row.name: row for row in saved.get_all_children()} if saved else {}
	for row in doc.get_all_children():
		saved_row = before.get(row.name)
		row.flags.is_unchanged = bool(saved_row) and row.idx == saved_row.idx and is_same_row(row, saved_row)
	tables = doc.meta.get_table_fields() if saved else []
	lost = {df.options for df in tables if _has_lost_rows(doc, saved, df.fieldname)}
	compat.spare_tables(doc, sorted({df.options for df in tables} - lost))


def _without_the_sites_fields(doc: Document) -> Document:
	"""A field that a site made mandatory later is asked for in the form; it stops no move of a record and no document."""
	doc.flags.ignore_mandatory = True  # what an opportunity itself can't be without, its rules ask for
	return doc


def _has_lost_rows(doc: Document, saved: Document, fieldname: str) -> bool:
	kept = {row.name for row in doc.get(fieldname) if not row.is_new()}
	return any(row.name not in kept for row in saved.get(fieldname))


def _get_children(names: list[str]) -> dict[tuple, list]:
	"""Return the rows per (record, table field)."""
	children = defaultdict(list)
	for df in frappe.get_meta(OPPORTUNITY).get_table_fields():
		table = frappe.qb.DocType(df.options)
		query = frappe.qb.from_(table).select("*").where(table.parent.isin(names or [""]))
		query = query.where((table.parenttype == OPPORTUNITY) & (table.parentfield == df.fieldname))
		for row in query.orderby(table.idx).run(as_dict=True):
			children[row.parent, df.fieldname].append(row)
	return children


def _make_document(row: dict, children: dict) -> Document:
	tables = {
		df.fieldname: [dict(child) for child in children[row["name"], df.fieldname]]
		for df in frappe.get_meta(OPPORTUNITY).get_table_fields()
	}
	return frappe.get_doc({"doctype": OPPORTUNITY, **row, **tables})
