"""What a request names, read as the framework and the database understand it.

The framework takes JSON in any text, and lists and objects of names. The database overlooks case, accents, invisible
signs and spaces at the end. Whoever watches over names has to read them alike.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any

# keys under which an object in JSON says which record is meant
IDENTITY = ("name", "docname", "dn", "docnames", "names", "fid", "id")
DEEPEST = 8
NO_SIGN = re.compile(r"[^\x20-\x7e]+")


def fold(text: str) -> str:
	"""Return a text as the database compares names; what is no plain letter, digit or sign is left out."""
	return NO_SIGN.sub("", unicodedata.normalize("NFKD", text)).strip().casefold()


def parse(text: str) -> Any:
	"""Return what a text holds that is JSON of more than one value, or quoted; None for any other."""
	if text.lstrip()[:1] not in ("[", "{", '"'):
		return None
	try:
		return json.loads(text)
	except (ValueError, RecursionError):
		return None


def find_names(value: Any) -> Iterator[str]:
	"""Yield the texts that may name a record: alone, in lists, as keys, and where an object says its name."""
	return _walk(value, lambda sent: [*sent, *(sent.get(key) for key in IDENTITY)])


def find_texts(value: Any) -> Iterator[str]:
	"""Yield every text, those in JSON included, however deep."""
	return _walk(value, dict.items)


def _walk(value: Any, read_object: Callable[[dict], Iterable], depth: int = 0) -> Iterator[str]:
	"""Yield the texts of a value and of the JSON in them; `read_object` says what of an object is looked at."""
	parts: Iterable = ()
	if isinstance(value, str):
		yield value
		parts = (parse(value),)
	elif isinstance(value, list | tuple):
		parts = value
	elif isinstance(value, dict):
		parts = read_object(value)
	if depth < DEEPEST:
		for part in parts:
			yield from _walk(part, read_object, depth + 1)
