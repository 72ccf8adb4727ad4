"""Reads what a client sent: each function of the API gets what its signature asks for, or the client a sentence."""

import inspect
from collections.abc import Callable
from functools import cache, wraps
from types import UnionType
from typing import Any, Union, get_args, get_origin

from frappe import _, _lt
from frappe.model.document import Document

from crm_pipeline.domain.json_text import find_texts, load, write
from crm_pipeline.domain.text import is_storable
from crm_pipeline.refusal import Whole, refuse

# arguments that name what a call is about: an empty one names nothing
SUBJECTS = frozenset({"name", "source_name", "lead", "region", "from_user", "status", "medium"})
LARGEST_COUNT = 10**9
FLAGS = {"1": True, "true": True, "0": False, "false": False, "": False}
# type → what a client sends for it
KINDS = {
	str: _lt("text"),
	int: _lt("a whole number"),
	float: _lt("a number"),
	bool: _lt("1 or 0"),
	list: _lt("a list"),
	dict: _lt("an object"),
	Document: _lt("a document as JSON text"),
}


def reads_arguments(function: Callable) -> Callable:
	"""Decorator, under `frappe.whitelist`: what does not fit the signature is refused in a sentence.

	The framework answers a missing argument with HTTP 500 and one of another type with the name of an exception. It
	leaves types that are written as text to whoever wrote them.
	"""

	@wraps(function)
	def call(*args, **kwargs):
		given = {**dict(zip(get_kinds(function), args, strict=False)), **kwargs}
		sent = {}
		for name, (kinds, is_required) in get_kinds(function).items():
			if given.get(name) is not None:
				sent[name] = read(name, given[name], kinds, is_required)
			elif is_required:
				refuse_missing(name)
		return function(**sent)

	written = {name: write_type(kind) for name, kind in function.__annotations__.items()}
	call.__annotations__ = written
	call.__annotate__ = lambda _format: written  # what Python 3.14 copies to a decorator above this one
	return call


def write_type(annotation) -> str:
	return annotation.__name__ if isinstance(annotation, type) else str(annotation)


@cache
def get_kinds(function: Callable) -> dict[str, tuple[tuple[type, ...], bool]]:
	"""Return the arguments: name → (types, whether it must be given)."""
	return {
		parameter.name: (get_types(parameter.annotation), parameter.default is inspect.Parameter.empty)
		for parameter in inspect.signature(function).parameters.values()
	}


def get_types(annotation) -> tuple[type, ...]:
	return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def read(name: str, value: Any, kinds: tuple[type, ...], is_required: bool) -> Any:
	"""Return an argument as one of its types; refuse what is none of them."""
	if is_required and name in SUBJECTS and value == "":
		refuse_missing(name)
	for text in find_texts(value):
		if not is_storable(text):
			refuse(_("{0} “{1}” holds characters that can't be stored. Take them out."), name, text)
	for kind in kinds:
		if (found := READERS[kind](value) if kind in READERS else None) is not None:
			return found
	known = Whole(_(" or ").join(str(KINDS[kind]) for kind in kinds if kind in KINDS))
	return refuse(_("{0} can't be {1}. Send {2}."), name, write(value), known)


def refuse_missing(name: str) -> None:
	refuse(_("{0} is missing. Send it with the call."), name)


def read_number(value: Any) -> float | None:
	"""Return a number that is sent as such; a text stays one, and the record says what is wrong with it."""
	return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def read_count(value: Any) -> int | None:
	"""Return a whole number, which stands as text in an address."""
	try:
		number = None if isinstance(value, bool) else int(value)
	except (TypeError, ValueError, OverflowError):
		return None
	return number if number == value or isinstance(value, str) else None


def read_flag(value: Any) -> bool | None:
	return FLAGS.get(value.lower()) if isinstance(value, str) else bool(value) if value in (0, 1) else None


def _is(kind: type) -> Callable[[Any], Any]:
	return lambda value: value if isinstance(value, kind) else None


READERS: dict[type, Callable[[Any], Any]] = {
	**{kind: _is(kind) for kind in (str, list, dict, Document)},
	int: read_count,
	float: read_number,
	bool: read_flag,
}


def read_names(value: list | str) -> list[str]:
	"""Return the names that a list, a JSON list or one plain name stands for, each once; refuse anything else."""
	names = [value] if isinstance(value, str) else value
	if isinstance(value, str) and value.lstrip().startswith("["):
		names = load(value)
	if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
		refuse(_("{0} is no list of names. Send a list like {1}."), write(value), '["…", "…"]')
	return list(dict.fromkeys(names))


def read_names_or_all(value: list | str | None) -> list[str] | None:
	"""Do what `read_names` does; None, for all, where nothing was sent. An empty list is none of them."""
	return None if value in (None, "") else read_names(value)


def read_limit(name: str, value: int) -> int:
	"""Return how many rows to leave out or to return; refuse what can be neither."""
	if not 0 <= value <= LARGEST_COUNT:
		refuse(_("{0} can't be {1}. Send a number from 0 to {2}."), name, value, LARGEST_COUNT)
	return value
