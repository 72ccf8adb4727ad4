"""Counters that a rollback does not take back: they live in a second database, outside the transaction."""

import sqlite3

import frappe
from frappe.types import refuse_unknown


class Sequences:
	"""The counters of a site, each written at once."""

	def __init__(self, path):
		path = path if path == ":memory:" else f"{path}.sequences"
		self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
		self._connection.execute(
			"create table if not exists sequences (name text primary key, next_value integer)"
		)

	def create(self, name, start, check_not_exists):
		ignore = "or ignore" if check_not_exists else ""
		self._connection.execute(f"insert {ignore} into sequences values (?, ?)", (name, start))

	def take(self, name):
		taken = self._connection.execute(
			"update sequences set next_value = next_value + 1 where name = ? returning next_value - 1",
			(name,),
		).fetchall()
		if not taken:
			raise frappe.db.ProgrammingError(f"There is no sequence {name}")
		return taken[0][0]

	def set(self, name, value):
		self._connection.execute("update sequences set next_value = ? where name = ?", (value, name))

	def drop(self, name):
		self._connection.execute("delete from sequences where name = ?", (name,))

	def close(self):
		self._connection.close()


class SequenceMixin:
	"""The sequence methods of `frappe.db`."""

	def create_sequence(self, *args, **kwargs):
		return create_sequence(*args, **kwargs)

	def get_next_sequence_val(self, *args, **kwargs):
		return get_next_val(*args, **kwargs)

	def set_next_sequence_val(self, *args, **kwargs):
		return set_next_val(*args, **kwargs)


def create_sequence(
	doctype_name,
	*,
	slug="_id_seq",
	temporary=False,
	check_not_exists=False,
	cycle=False,
	cache=0,
	start_value=0,
	increment_by=0,
	min_value=0,
	max_value=0,
):
	"""Make a counter and return its name; that commits, as every change of the schema."""
	limits = {"cycle": cycle, "increment_by": increment_by, "max_value": max_value}
	refuse_unknown("create_sequence", limits)
	name = frappe.scrub(doctype_name + slug)
	frappe.db.commit()
	frappe.db.sequences.create(name, start_value or min_value or 1, check_not_exists)
	return name


def get_next_val(doctype_name, slug="_id_seq"):
	return frappe.db.sequences.take(frappe.scrub(doctype_name + slug))


def set_next_val(doctype_name, next_val, *, slug="_id_seq", is_val_used=False):
	value = int(next_val) + (1 if is_val_used else 0)
	frappe.db.sequences.set(frappe.scrub(doctype_name + slug), value)
