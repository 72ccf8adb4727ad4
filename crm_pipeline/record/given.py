"""Given or left out: told apart here for every door. 0 is a value; a missing key, null and an empty text are none.

The database keeps 0 for a number that was left out, so where the difference matters later, the row says which it was.
"""

from typing import Any

from frappe.model.document import Document
from frappe.utils import cint, flt

from crm_pipeline.record.checked_input import CheckedTables


def is_given(value: Any) -> bool:
	return value is not None and value != ""


class KnowsWhatIsNamed(CheckedTables):
	"""Remembers which fields of a loaded record a request names: it may mean the value that stands there already.

	A form names every field with every save, so nothing follows from that; its record is not loaded first.
	"""

	def update(self, values, *args, **kwargs):
		updated = super().update(values, *args, **kwargs)
		if "flags" in self.__dict__ and self.flags.loaded_as:
			self.flags.setdefault("named", set()).update(values)
		return updated

	def save(self, *args, **kwargs):
		try:
			return super().save(*args, **kwargs)
		finally:
			self.flags.pop("named", None)


def was_named(doc: Document, fieldname: str) -> bool:
	return fieldname in (doc.flags.named or ())


def mark_rates(doc: Document) -> None:
	"""Before the framework fills in its defaults: note whether each item's rate was given.

	A form that sends the saved 0 back sends what was noted along with it.
	"""
	for item in doc.get("items") or ():
		noted = item.get("rate_is_given")
		is_noted = not is_given(noted) or cint(noted) == 1
		item.rate_is_given = int(is_given(item.rate) and (is_noted or flt(item.rate) > 0))


def has_rate(item: Document) -> bool:
	return flt(item.rate) > 0 or cint(item.rate_is_given) == 1


def is_free(item: Document) -> bool:
	return has_rate(item) and not flt(item.rate)
