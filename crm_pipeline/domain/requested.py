"""What a request names, read as the framework and the database understand it.

The framework takes JSON in any text, and lists and objects of names. The database overlooks case, accents, invisible
signs and spaces at the end. Whoever watches over names has to read them alike.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
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


def find_names(value: Any, depth: int = 0) -> Iterator[str]:
	"""Yield the texts that may name a record: alone, in lists, as keys, and where an object says its name."""
	if depth > DEEPEST:
		return
	if isinstance(value, str):
		yield value
		yield from find_names(parse(value), depth + 1)
	elif isinstance(value, list | tuple):
		for part in value:
			yield from find_names(part, depth + 1)
	elif isinstance(value, dict):
		yield from (key for key in value if isinstance(key, str))
		for key in IDENTITY:
			yield from find_names(value.get(key), depth + 1)


def find_texts(value: Any, depth: int = 0) -> Iterator[str]:
	"""Yield every text, those in JSON included, however deep."""
	if depth > DEEPEST:
		return
	if isinstance(value, str):
		yield value
		yield from find_texts(parse(value), depth + 1)
	elif isinstance(value, list | tuple):
		for part in value:
			yield from find_texts(part, depth + 1)
	elif isinstance(value, dict):
		for pair in value.items():
			yield from find_texts(pair, depth + 1)
