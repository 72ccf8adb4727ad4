"""Reading the audit log, and finding what is wrong with it."""

import json

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
