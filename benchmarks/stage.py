"""Saving a record from the form: unchanged, and moved to another stage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import frappe
from frappe.desk.form.save import savedocs
from frappe.model.document import Document

from benchmarks import people
from benchmarks.inserts import RECORDS, USER, insert
from benchmarks.measure import alternate
from benchmarks.site import OURS, fresh
from benchmarks.table import Row, make_row

FAMILY = "stage"


def run(repeats: int) -> Iterator[Row]:
	fresh(USER)
	records = {name: insert(get_record(3)) for name, get_record in RECORDS.items()}
	frappe.db.commit()
	yield measure(records, "save by form, unchanged", lambda doc: None, repeats, most_ratio=1.0)
	yield measure(records, "stage change by form: to Lost", lose, repeats, most_ratio=0.5)
	row = measure(records, "stage change by form: to offer made", offer, repeats, most_ratio=0.5)
	yield row


def measure(records: dict[str, Document], work: str, change: Callable, repeats: int, **targets) -> Row:
	"""Save what the form sends, in a fresh request, and roll it back."""
	forms = {name: get_form(doc, change) for name, doc in records.items()}
	sides = {name: lambda form=form: savedocs(form, "Save") for name, form in forms.items()}
	sides["floor"] = lambda: save_without_controller(forms["ours"])
	samples = alternate(sides, repeats, before=begin)
	row = make_row(FAMILY, work, samples, **targets)
	row.floor = samples["floor"].median
	row.note = f"floor = no controller of ours, {samples['floor'].median_statements} statements"
	begin()
	return row


def begin() -> None:
	frappe.db.rollback()
	fresh(USER)


def get_form(doc: Document, change: Callable) -> str:
	"""Return the record as the form sends it, with the change in it."""
	copy = frappe.get_doc(doc.doctype, doc.name)
	change(copy)
	return copy.as_json()


def lose(doc: Document) -> None:
	doc.status = "Lost"
	doc.append("lost_reasons", {"lost_reason": people.REASONS[0]})


def offer(doc: Document) -> None:
	doc.status = "Offer Made" if doc.doctype == OURS else "Quotation"


def save_without_controller(form: str) -> None:
	Document(json.loads(form)).save()
