"""The last word on what is saved.

The rules of a record run when it is validated. After them come other apps' hooks and the Server Scripts of a site: what they
change goes through the rules again, as if it had been sent with the rest, just before the row is written.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

from frappe.model.document import Document

from crm_pipeline.record.one_save import FLAGS

STANDARD_FIELDS = ("owner", "creation", "docstatus", "idx")


class State(NamedTuple):
	"""A record at one moment: fieldname → value, and table → its rows, each with its values."""

	values: dict
	tables: dict[str, list[tuple[Document, dict]]]


class Ruling(NamedTuple):
	"""What the rules were given, beside what our code said of the save, and what they made of it."""

	sent: State
	flags: dict
	ruled: State


def follow_rules(doc: Document, rules: Callable[[], None]) -> None:
	"""Let the rules look at a record and complete it."""
	sent, flags = _get_state(doc), {flag: _copy(doc.flags[flag]) for flag in FLAGS if flag in doc.flags}
	rules()
	doc.flags.ruling = Ruling(sent, flags, _get_state(doc))


def settle(doc: Document, rules: Callable[[], None]) -> None:
	"""Before a record is written: let the rules look at what was changed since, or at all of it if they never did."""
	ruling = doc.flags.pop("ruling", None)
	if ruling is None:
		rules()
		return
	current = _get_state(doc)
	changed = [name for name, value in current.values.items() if value != ruling.ruled.values.get(name)]
	changed_tables = [name for name, rows in current.tables.items() if rows != ruling.ruled.tables[name]]
	if not changed and not changed_tables:
		return
	_return_to(doc, ruling)
	doc.__dict__.update({name: current.values[name] for name in changed})
	for name in changed_tables:
		_set_rows(doc, name, current.tables[name])
	rules()


def _get_state(doc: Document) -> State:
	tables = {df.fieldname: doc.get(df.fieldname) or [] for df in doc.meta.get_table_fields()}
	rows = {name: [(row, _get_values(row, ())) for row in table] for name, table in tables.items()}
	return State(_get_values(doc, tables), rows)


def _get_values(row: Document, tables: Collection[str]) -> dict:
	held = row.__dict__
	values = {df.fieldname: held.get(df.fieldname) for df in row.meta.fields if df.fieldname not in tables}
	return values | {name: held.get(name) for name in STANDARD_FIELDS}


def _return_to(doc: Document, ruling: Ruling) -> None:
	doc.__dict__.update(ruling.sent.values)
	for name, rows in ruling.sent.tables.items():
		_set_rows(doc, name, rows)
	for flag in FLAGS:
		doc.flags.pop(flag, None)
	doc.flags.update(ruling.flags)


def _set_rows(doc: Document, fieldname: str, rows: list[tuple[Document, dict]]) -> None:
	doc.__dict__[fieldname] = [row for row, _values in rows]
	for row, values in rows:
		row.__dict__.update(values)


def _copy(value):
	return set(value) if isinstance(value, set) else value
