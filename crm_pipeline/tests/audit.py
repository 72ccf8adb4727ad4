"""Reading the audit log, and finding what is wrong with it."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import frappe

from crm_pipeline.audit.integrity import find_problems
from crm_pipeline.constants import AUDIT_LOG


def get_log(name: str) -> list:
	"""Return a record's entries in order, each with its details as `changes`."""
	entries = frappe.get_all(AUDIT_LOG, filters={"reference_name": name}, fields=["*"], order_by="name")
	for entry in entries:
		entry.changes = json.loads(entry.details)
	return entries


def get_events(name: str) -> list[str]:
	return [entry.event for entry in get_log(name)]


def get_problems(*names: str) -> list[tuple[str, str]]:
	"""Return (kind, entry) of what the integrity check finds for the records."""
	return [(problem.kind, problem.entry) for problem in find_problems(list(names))]


def get_all_kinds() -> list[str]:
	"""Return the kinds of everything that a check of the whole site finds."""
	return [problem.kind for problem in find_problems()]


@contextmanager
def under_key(key: str) -> Iterator[None]:
	"""The site as it is with another encryption key, such as after a restore without the old one."""
	with ExitStack() as patches:
		for module in ("log", "trust"):
			target = f"crm_pipeline.audit.{module}.get_encryption_key"
			patches.enter_context(patch(target, return_value=key))
		yield
