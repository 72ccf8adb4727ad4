"""JSON that a client sends as text, and values as a client writes them."""

import json
from collections.abc import Iterator
from typing import Any

from crm_pipeline.domain.text import is_storable


def find_texts(value: Any) -> Iterator[str]:
	"""Yield every text in a value, however deep."""
	if isinstance(value, str):
		yield value
	elif isinstance(value, dict):
		for pair in value.items():
			yield from find_texts(pair)
	elif isinstance(value, list | tuple):
		for part in value:
			yield from find_texts(part)


def load(text: str) -> Any:
	"""Return what a JSON text holds; None for what can't be read or can't be stored."""
	try:
		found = json.loads(text)
	except (ValueError, RecursionError):
		return None
	return found if all(map(is_storable, find_texts(found))) else None


def read(value: Any, kinds: type | tuple[type, ...]) -> Any:
	"""Return a value of some kinds, sent as such or as JSON; None for anything else."""
	found = load(value) if isinstance(value, str) else value
	return found if isinstance(found, kinds) else None


def write(value: Any) -> str:
	"""Return a value as it was sent, for a sentence."""
	return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
