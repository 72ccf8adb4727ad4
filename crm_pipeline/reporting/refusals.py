"""Filters that can't be meant end in a sentence above an empty report, not in an error.

An error inside a script report has a price: the framework's timer for slow reports goes on, and seconds later the
report is a prepared one for everybody.
"""

from collections.abc import Callable
from functools import wraps

import frappe

from crm_pipeline.exceptions import InputError


def explain_refusals(execute: Callable) -> Callable:
	"""Let a report answer with the sentence that refuses its filters."""

	@wraps(execute)
	def answer(filters: dict | None = None) -> tuple:
		try:
			return execute(filters)
		except InputError as refusal:
			frappe.clear_last_message()
			return [], [], str(refusal), None, None

	return answer
