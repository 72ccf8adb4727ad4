"""Reads what a client sent: a list may come as a list, as JSON or as one name."""

import frappe
from frappe import _

from crm_pipeline.refusal import refuse


def read_names(value: list | str) -> list[str]:
	"""Return the names that a list, a JSON list or one plain name stands for, each once; refuse anything else."""
	names = [value] if isinstance(value, str) else value
	if isinstance(value, str) and value.lstrip().startswith("["):
		try:
			names = frappe.parse_json(value)
		except ValueError:
			names = None
	if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
		refuse(_("{0} is no list of names. Send a list like {1}."), value, '["…", "…"]')
	return list(dict.fromkeys(names))


def read_names_or_all(value: list | str | None) -> list[str] | None:
	"""Do what `read_names` does; None, for all, where nothing was sent. An empty list is none of them."""
	return None if value in (None, "") else read_names(value)
