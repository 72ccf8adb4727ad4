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
# what looks for records names none
SEARCHES = frozenset(
	("filters", "or_filters", "current_filters", "fields", "fieldname", "order_by", "group_by")
)
DEEPEST = 8
NO_SIGN = re.compile(r"[^\x20-\x7e]+")


def _name(first: int, meanings: Iterable) -> dict[int, str]:
	"""Return sign → meaning for signs in a row."""
	return {sign: str(meaning) for sign, meaning in enumerate(meanings, start=first)}


# Signs that the database takes for plain ones (collation utf8mb4_unicode_ci, which goes by UCA 4.0.0), beside those that are
# plain ones with something added. A test asks the database about every sign.
TAKEN_FOR = {
	**_name(0x363, "aeioucdhmrtvx"),  # written above others
	**_name(0x9F4, "1234"),
	**_name(0xF2A, "1234567890"),
	**_name(0x17F0, range(10)),
	**_name(0x24EB, range(11, 21)),
	**_name(0x3021, range(1, 10)),
	**{0x3007: "0", 0x24FE: "10", 0x277F: "10", 0x2789: "10", 0x2793: "10"},
	**{0xDF: "ss", 0x152: "oe", 0x153: "oe", 0x18D: "zw", 0x1BE: "ts"},
	**{0x2A3: "dz", 0x2A6: "ts", 0x2AA: "ls", 0x2AB: "lz"},
	**dict.fromkeys((*range(0xFC5E, 0xFC64), *range(0xFE70, 0xFE80, 2)), ""),
}


def fold(text: str) -> str:
	"""Return a text as the database compares names; what is no plain letter, digit or sign is left out."""
	if not text.isascii():
		text = "".join(map(_get_digit, unicodedata.normalize("NFKD", text.translate(TAKEN_FOR))))
	return NO_SIGN.sub("", text).strip().casefold()


def _get_digit(sign: str) -> str:
	"""Return the plain digit of any script's, and every other sign as it is."""
	digit = unicodedata.digit(sign, None)
	return sign if digit is None else str(digit)


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
	return _walk(
		value, lambda sent: [*sent, *(part for key, part in sent.items() if _is_looked_at(key, part))]
	)


def _is_looked_at(key: str, part: Any) -> bool:
	return key in IDENTITY or (
		key not in SEARCHES and isinstance(parse(part) if isinstance(part, str) else part, list | dict)
	)


def find_texts(value: Any) -> Iterator[str]:
	"""Yield every text, those in JSON included, however deep."""
	return _walk(value, dict.items)


def find_pairs(value: Any, left_out: frozenset = frozenset(), depth: int = 0) -> Iterator[tuple[str, Any]]:
	"""Yield (key, value) of every object, those in JSON included; what stands under the keys left out is not looked at."""
	value = parse(value) if isinstance(value, str) else value
	parts: Iterable = value.items() if isinstance(value, dict) else ()
	if isinstance(value, list | tuple):
		parts = ((None, part) for part in value)
	for key, part in parts:
		if key in left_out:
			continue
		if key is not None:
			yield str(key), part
		if depth < DEEPEST:
			yield from find_pairs(part, left_out, depth + 1)


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
