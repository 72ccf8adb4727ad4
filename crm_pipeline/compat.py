"""Every difference between the versions of Frappe that this app runs on, told by what the framework has.

Each entry says when it can be deleted.
"""

import re

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


def _encode(text: re.Match) -> str:
	if "%" not in text[0]:
		return text[0]
	value = ESCAPED.sub(lambda found: MEANINGS.get(found[1], found[1] or "'"), text[1])
	return f"_utf8mb4 0x{value.encode().hex()}"
