"""What one of our methods was asked for is saved, or refused.

The framework drops a value without a word where the user's roles don't reach the level of its field, and saves the rest.
"""

from typing import Any

from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr

from crm_pipeline.refusal import get_label, refuse


def save_with(doc: Document, **values: Any) -> Document:
	"""Save a record with these values and nothing less."""
	doc.update(values)
	return save_as_it_is(doc, values)


def save_as_it_is(doc: Document, fieldnames) -> Document:
	"""Save a record with what stands in these fields and nothing less."""
	doc.flags.intended = {name: _get_plain(doc, name) for name in fieldnames}
	return doc.save()


def give_on_save(doc: Document, values: dict) -> None:
	"""Let the next save of a record bring these values along: for a caller in between that loads it anew."""
	doc.flags.given = values


def take_given(doc: Document) -> None:
	if values := doc.flags.pop("given", None):
		doc.update(values)
		doc.flags.intended = {name: _get_plain(doc, name) for name in values}


def validate_intent(doc: Document) -> None:
	"""The first of the rules: what was asked for is still there."""
	for fieldname, value in (doc.flags.intended or {}).items():
		if _get_plain(doc, fieldname) != value:
			message = _(
				"You may not change {0} of {1}: your roles don't reach this field. Ask an administrator."
			)
			refuse(message, get_label(doc, fieldname), doc.name)


def _get_plain(doc: Document, fieldname: str):
	value = doc.get(fieldname)
	if not isinstance(value, list):
		return cstr(value)
	return [tuple(cstr(row.get(df.fieldname)) for df in row.meta.fields) for row in value]
