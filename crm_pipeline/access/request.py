"""A request as the guard looks at it: who is called, and with what."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import frappe

from crm_pipeline.domain import requested

FUNCTIONS = re.compile(r"^/api/(?:v[12]/)?method/(.+?)/?$")
RESOURCES = re.compile(r"^/api/(?:v1/)?resource/([^/]+)|^/api/v2/document/([^/]+)")
JSON_BODY = re.compile(rb"\s*[\[{\"]")
DOTTED = re.compile(r"[a-z_]\w*(?:\.\w+)+", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
	"""`arguments` are the framework's own: what is changed in them is what the function gets.

	`body` is JSON that is sent as something else: the framework reads it as the values of a document all the same.
	"""

	path: str
	arguments: dict
	body: Any = None

	@cached_property
	def sent(self) -> list[tuple[str, Any]]:
		"""Every argument and every value of the body, with its name."""
		values = self.body if isinstance(self.body, dict) else {"data": self.body}
		return [*self.arguments.items(), *values.items()]

	@cached_property
	def texts(self) -> list[str]:
		"""Every text that is sent, however deep."""
		return list(requested.find_texts([value for _name, value in self.sent]))

	@cached_property
	def folded(self) -> frozenset[str]:
		"""Every text that is sent and every part of the path, as the database compares them."""
		return frozenset(map(requested.fold, (*self.texts, *self.path.split("/"))))

	@cached_property
	def function(self) -> str:
		"""The function that is called, as it is called; empty for pages and resources."""
		found = FUNCTIONS.match(self.path)
		return str(self.arguments.get("cmd") or (found[1] if found else ""))

	@cached_property
	def named(self) -> frozenset[str]:
		"""Every function that an argument names."""
		return frozenset(filter(DOTTED.fullmatch, self.texts)) - {self.function}

	@cached_property
	def functions(self) -> frozenset[str]:
		"""The function that is called, without what the framework overlooks behind it, and those that are named."""
		return frozenset((self.function, self.function.split("/")[0], *self.named))

	@cached_property
	def resource(self) -> str:
		"""The DocType whose records are asked for as resources; empty for anything else."""
		found = RESOURCES.match(self.path)
		return (found[1] or found[2]) if found and not self.arguments.get("cmd") else ""

	def calls(self, pattern: re.Pattern) -> bool:
		"""Tell whether a function is called, itself or by another one."""
		return any(map(pattern.search, self.functions))

	def calls_itself(self, pattern: re.Pattern) -> bool:
		return bool(pattern.search(self.function) or pattern.search(self.function.split("/")[0]))


def read() -> Asked:
	return Asked(frappe.request.path, frappe.local.form_dict, read_body())


def read_body() -> Any:
	"""Return the JSON of a body that is not said to be JSON; None for any other body."""
	raw = b"" if frappe.request.is_json else frappe.request.get_data()
	return requested.parse(raw.decode(errors="replace")) if JSON_BODY.match(raw) else None
