"""Every difference between the versions of Frappe that this app runs on, told by what the framework has.

Each entry says when it can be deleted.
"""

import re
from collections import defaultdict

import frappe

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


def forget_transaction() -> None:
	"""Tell the framework of a transaction that the database has undone already.

	Not during an event of a document: 16 takes no rollback there, and whoever began it does so when the error arrives.
	To be deleted, for a plain rollback, when `_disable_transaction_control` is gone.
	"""
	if not getattr(frappe.db, "_disable_transaction_control", 0):
		frappe.db.rollback()


def _encode(text: re.Match) -> str:
	if "%" not in text[0]:
		return text[0]
	value = ESCAPED.sub(lambda found: MEANINGS.get(found[1], found[1] or "'"), text[1])
	return f"_utf8mb4 0x{value.encode().hex()}"
