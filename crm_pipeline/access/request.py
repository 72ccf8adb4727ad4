"""A request as the guard looks at it: who is called, and with what."""

import re
from dataclasses import dataclass
from functools import cached_property

import frappe

from crm_pipeline.domain import requested

FUNCTIONS = re.compile(r"^/api/(?:v[12]/)?method/(.+?)/?$")
RESOURCES = re.compile(r"^/api/(?:v1/)?resource/([^/]+)|^/api/v2/document/([^/]+)")
DOTTED = re.compile(r"[a-z_]\w*(?:\.\w+)+", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
	"""`arguments` are the framework's own: what is changed in them is what the function gets."""

	path: str
	arguments: dict

	@cached_property
	def texts(self) -> list[str]:
		"""Every text that is sent, however deep."""
		return list(requested.find_texts(list(self.arguments.values())))

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
	return Asked(frappe.request.path, frappe.local.form_dict)
