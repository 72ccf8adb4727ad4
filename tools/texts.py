"""Texts for people: the framework's extractor finds a text where it stands as a literal in `_()`, `_lt()` or `__()`.

A table of texts at the top of a module holds `_lt("…")`, and `str()` translates it when it is shown. What an option, a
label or the name of a DocType says is extracted with the DocTypes and may be translated by a variable, of these names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

Finding = tuple[ast.AST, str]

TRANSLATORS = ("_", "_lt")
# what holds an option of a Select, the name of a DocType, or the label of a field
EXTRACTED_NAMES = {
	"OPPORTUNITY",
	"applies_to",
	"doctype",
	"from_status",
	"opportunity_from",
	"outcome",
	"routing_method",
	"stage",
	"status",
	"to_status",
}
EXTRACTED_CALLS = {"get_label"}
# what shows its first argument to a person
SHOWING = {"refuse", "_refuse", "throw", "msgprint", "log_error"}
LETTERS = re.compile(r"[A-Za-z]{2}")
PLACEHOLDER = re.compile(r"{\w*}")


def find_lost_texts(tree: ast.Module) -> Iterator[Finding]:
	"""Yield each text that the extractor would not find, with a sentence about it."""
	called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
	for node in ast.walk(tree):
		if isinstance(node, ast.Call):
			yield from check_call(node)
		elif is_translator(node) and id(node) not in called:
			yield node, f"{get_last_name(node)} is handed on: call it with each text, written out"


def check_call(call: ast.Call) -> Iterator[Finding]:
	text = call.args[0] if call.args else None
	if is_translator(call.func):
		if not (is_text(text) or is_extracted(text)):
			yield call, "the extractor can't see this text: write it out, or keep a table of _lt(…)"
		elif get_last_name(call.func) == "_lt" and not is_text(text):
			yield call, "_lt takes a text that is written out"
	elif get_last_name(call.func) in SHOWING and is_text(text) and says_something(text.value):
		yield call, "this text is shown as it is: put it into _(…)"


def is_translator(node: ast.AST) -> bool:
	is_read = isinstance(getattr(node, "ctx", None), ast.Load)
	return is_read and isinstance(node, ast.Name | ast.Attribute) and get_last_name(node) in TRANSLATORS


def is_text(node: Any) -> bool:
	return isinstance(node, ast.Constant) and isinstance(node.value, str)


def says_something(text: str) -> bool:
	return bool(LETTERS.search(PLACEHOLDER.sub("", text)))


def is_extracted(node: Any) -> bool:
	if isinstance(node, ast.Call):
		return get_last_name(node.func) in EXTRACTED_CALLS
	return get_last_name(node) in EXTRACTED_NAMES


def get_last_name(node: Any) -> str:
	"""`doc.status`, `row["status"]` and `status` are all called status."""
	if isinstance(node, ast.Subscript):
		return str(getattr(node.slice, "value", ""))
	return getattr(node, "attr", "") or getattr(node, "id", "")


# --- client scripts, and templates of Python

CLIENT_CALL = re.compile(r"(?<![\w.$])__\(\s*")
TEMPLATE_CALL = re.compile(r"(?<![\w.$])_\(\s*")
WRITTEN_OUT = re.compile(r"""("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')\s*[,)]""")
VARIABLE = re.compile(rf"((?:\w+\.)*({'|'.join(sorted(EXTRACTED_NAMES))})|df\.label)\s*\)")


def find_lost_in_script(text: str, call: re.Pattern = CLIENT_CALL) -> Iterator[tuple[int, str]]:
	"""The same for `__()` in a client script and, as TEMPLATE_CALL, for `_()` in a template: (line, sentence)."""
	for match in call.finditer(text):
		rest = text[match.end() :]
		if WRITTEN_OUT.match(rest) or VARIABLE.match(rest):
			continue
		number = text.count("\n", 0, match.start()) + 1
		if "// reason:" not in text.splitlines()[number - 1]:
			yield number, "the extractor can't see this text: write it out"
