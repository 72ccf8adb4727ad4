"""Counts the turns of each region in Redis: atomic, outside the transaction, so no two processes get the same."""

import frappe
from frappe.utils import cint

from crm_pipeline.constants import OPPORTUNITY

KEY = "crm_pipeline_turn|"  # kept by clear-cache, see persistent_cache_keys in hooks.py


def take(region: str) -> int:
	"""Return the region's next turn; no other call ever gets the same."""
	turn = cint(frappe.cache.incrby(_get_key(region), 1))
	if turn > 1:
		return turn
	return cint(frappe.cache.incrby(_get_key(region), _get_first_turn(region)))


def peek(region: str) -> int:
	"""Return the turn that `take` would return, without counting it."""
	counted = cint(frappe.cache.get(_get_key(region)))
	return counted + 1 if counted else 1 + _get_first_turn(region)


def _get_key(region: str) -> bytes:
	return frappe.cache.make_key(KEY + region)


def _get_first_turn(region: str) -> int:
	"""A counter that is new or was lost goes on where the region's records end."""
	return 1 + frappe.db.count(OPPORTUNITY, {"region": region})
