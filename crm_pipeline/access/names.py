"""Which of the texts of a request may be the name of an opportunity, or of what stands around one."""

import re
from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _

from crm_pipeline.domain import requested
from crm_pipeline.exceptions import InputError

# by hash, events by number, imports by moment
OPPORTUNITY_NAME = re.compile(r"opp-.*")
COMPANION_NAME = re.compile(r"[0-9a-z]{10}|ev[0-9]+|pipeline .* import on .*")
MOST_NAMES = 1000


def may_name_opportunity(folded: Iterable[str]) -> bool:
	return any(map(OPPORTUNITY_NAME.fullmatch, folded))


def may_name_companion(folded: Iterable[str]) -> bool:
	return any(map(COMPANION_NAME.fullmatch, folded))


def find_opportunity_names(values: Any) -> list[str]:
	return _choose(OPPORTUNITY_NAME, requested.find_names(values))


def find_companion_names(values: Any) -> list[str]:
	return _choose(COMPANION_NAME, requested.find_names(values))


def _choose(pattern: re.Pattern, texts: Iterable[str]) -> list[str]:
	"""Return the texts that may be such names, as the database compares them. Nothing honest names so many."""
	names = {name for name in map(requested.fold, texts) if len(name) <= 140 and pattern.fullmatch(name)}
	if len(names) > MOST_NAMES:
		message = _("One request may name up to {0} records. Send it in parts.").format(MOST_NAMES)
		frappe.throw(message, InputError)
	return sorted(names)
