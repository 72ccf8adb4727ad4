"""Counters that a rollback does not take back: they live in a second database, outside the transaction."""

import sqlite3

import frappe
from frappe.types import refuse_unknown


class Sequences:
	"""The counters of a site, each written at once."""

	def __init__(self, path):
		path = path if path == ":memory:" else f"{path}.sequences"
		connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
		connection.execute("create table if not exists sequences (name text primary key, next_value integer)")
		self.execute, self.close = connection.execute, connection.close


def create_sequence(
	doctype_name, *, slug="_id_seq", check_not_exists=False, cache=0, start_value=0, **unknown
):
	"""Make a counter and return its name; that commits, as every change of the schema."""
	refuse_unknown("create_sequence", unknown)
	name = frappe.scrub(doctype_name + slug)
	frappe.db.commit()
	ignore = "or ignore" if check_not_exists else ""
	frappe.db.sequences.execute(f"insert {ignore} into sequences values (?, ?)", (name, start_value or 1))
	return name


def get_next_val(doctype_name, slug="_id_seq"):
	name = frappe.scrub(doctype_name + slug)
	query = "update sequences set next_value = next_value + 1 where name = ? returning next_value - 1"
	taken = frappe.db.sequences.execute(query, (name,)).fetchall()
	if not taken:
		raise frappe.db.ProgrammingError(f"There is no sequence {name}")
	return taken[0][0]


def set_next_val(doctype_name, next_val, *, slug="_id_seq", is_val_used=False):
	values = (int(next_val) + bool(is_val_used), frappe.scrub(doctype_name + slug))
	frappe.db.sequences.execute("update sequences set next_value = ? where name = ?", values)
