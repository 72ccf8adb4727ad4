"""What this app knows of the framework's insides, and every difference between the versions it runs on.

A difference is told by what the framework has, not by a number, and says when it can be deleted. tests/test_compat.py
fails on a version that lacks what is relied on here.
"""

import re
from collections import defaultdict
from functools import cache
from importlib.util import find_spec

import frappe
from frappe.model.document import Document

TEXT = re.compile(r"'((?:[^'\\]|\\.|'')*)'", re.DOTALL)
ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)
MEANINGS = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "%": r"\%", "_": r"\_"}


def without_percent(sql: str) -> str:
	"""Return SQL with every text that holds a percent sign in hexadecimal.

	Permission conditions are run as they stand (15, and the count of 16) and with parameters (16), where a percent
	sign has to be doubled. What has none may be run either way.

	To be deleted when lists and their counts both run with parameters: then `%%` will do.
	"""
	return TEXT.sub(_encode, sql) if "%" in sql else sql


def is_in_test() -> bool:
	"""Tell whether tests run. To be deleted when no version is left that lacks `frappe.in_test` (15)."""
	return bool(getattr(frappe, "in_test", False) or frappe.flags.in_test)


def is_name_kept(doctype: str, name: str) -> bool:
	"""Tell whether the framework has read a record's name already. To be deleted with keep_name."""
	cache = frappe.db.value_cache
	if isinstance(cache, defaultdict):
		return ("name",) in cache[doctype][name]
	return (doctype, name, "name") in cache


def keep_name(doctype: str, name: str, stored: str) -> None:
	"""Keep a record's name where the framework looks for it when it checks links: 16 keeps values by DocType.

	The other shape is to be deleted when no version is left whose `value_cache` is a plain dict (15).
	"""
	cache = frappe.db.value_cache
	if isinstance(cache, defaultdict):
		cache[doctype][name]["name",] = [frappe._dict(name=stored)]
	else:
		cache[doctype, name, "name"] = ((stored,),)


def no_objection() -> bool | None:
	"""Return what a permission hook answers that leaves the question to the others.

	15 asks no further hook after True, 16 takes None for no. To be deleted, for True, when lists without `qb_query` are
	gone (15).
	"""
	return True if asks_for_linked_records() else None


@cache
def asks_for_linked_records() -> bool:
	"""Tell whether a field through a link (`customer.notes`) is answered only from records that the user sees.

	To be deleted, with the guard that asks, when no version is left whose lists lack `qb_query` (15).
	"""
	return find_spec("frappe.model.qb_query") is not None


def forget_transaction() -> None:
	"""Tell the framework of a transaction that the database has undone already.

	Not during an event of a document: 16 takes no rollback there, and whoever began it does so when the error arrives.
	To be deleted, for a plain rollback, when `_disable_transaction_control` is gone.
	"""
	if not getattr(frappe.db, "_disable_transaction_control", 0):
		frappe.db.rollback()


def set_doc_before_save(doc: Document, saved: Document) -> None:
	"""Give a record the saved copy that `save()` compares with: the framework would read it from the database again."""
	doc._doc_before_save = saved


def spare_tables(doc: Document, doctypes: list[str]) -> None:
	"""Let a save delete no rows of these child tables: the framework asks each table for rows that are gone."""
	doc.flags.ignore_children_type = doctypes


def is_being_saved(doctype: str, name: str) -> bool:
	"""Tell whether the save of a record is under way, inside which this code runs."""
	return (doctype, name) in frappe.flags.currently_saving


def came_by_mail(communication: Document) -> bool:
	"""Tell whether an e-mail is just being taken from an inbox; no request can say so."""
	return bool(communication.flags.in_receive)


def is_appended_by_account(doc: Document, ignore_permissions: bool | None) -> bool:
	"""Tell whether an Email Account appends a record: it inserts past permissions and mandatory fields.

	Both flags are out of a request's reach. An import and a web form set them as well.
	"""
	is_unchecked = bool(ignore_permissions and doc.flags.ignore_mandatory)
	return is_unchecked and not (frappe.flags.in_import or frappe.flags.in_web_form)


def get_number_separators() -> dict[str, tuple[str, str]]:
	"""Return what stands before the decimals and between the groups, by number format.

	The other source is to be deleted when no version is left without `frappe.utils.number_format` (15).
	"""
	if find_spec("frappe.utils.number_format"):
		from frappe.utils.number_format import NUMBER_FORMAT_MAP as formats
	else:
		from frappe.utils.data import number_format_info as formats
	return {name: (decimal, group) for name, (decimal, group, _precision) in formats.items()}


class OwnDefaults:
	"""For a controller: what a new record begins with, and what a save fills in."""

	left_to_the_rules: tuple[str, ...] = ()

	def get_valid_dict(self, sanitize=True, *args, **kwargs):
		"""Begin without what the site has as a default for fields of these names.

		REST, Data Import and web forms let the framework begin a record, and would give what nobody gave. `sanitize=False`
		asks for the values that every new record of the DocType begins with.
		"""
		values = super().get_valid_dict(sanitize, *args, **kwargs)
		if not sanitize:
			values.update(dict.fromkeys(self.left_to_the_rules))
		return values

	def _set_defaults(self):
		"""Without an empty record of every child table, which the framework makes at each save.

		It fills new rows from them, and a save mostly has none.
		"""
		if self.is_new() or frappe.flags.in_import:
			super()._set_defaults()
			return
		for row in filter(Document.is_new, self.get_all_children()):
			empty = frappe.new_doc(row.doctype, parent_doc=self, parentfield=row.parentfield, as_dict=True)
			row.update_if_missing(empty)


def _encode(text: re.Match) -> str:
	if "%" not in text[0]:
		return text[0]
	value = ESCAPED.sub(lambda found: MEANINGS.get(found[1], found[1] or "'"), text[1])
	return f"_utf8mb4 0x{value.encode().hex()}"
