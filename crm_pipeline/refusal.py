"""How this app says no: one sentence with the field, the value and what to do."""

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, escape_html

from crm_pipeline.exceptions import InputError

LONGEST = 60


class Whole(str):
	"""A text that is shown in full: our own words, such as a list of choices."""


def refuse(message: str, *values, title: str | None = None, exception=InputError) -> None:
	"""Throw `message` with its values shortened and escaped."""
	frappe.throw(
		message.format(*(show(value) for value in values)), exception, title=title or _("Check the Values")
	)


def show(value) -> str:
	"""Return a value as it may stand in a message: escaped, without half characters, and no longer than a line."""
	text = cstr(value).replace("\0", "�").encode(errors="replace").decode()
	is_whole = isinstance(value, Whole) or len(text) <= LONGEST
	return escape_html(text if is_whole else text[: LONGEST - 3] + "…")


def list_choices(choices: Iterable[str]) -> Whole:
	return Whole(", ".join(choices))


def name_value(value) -> str:
	"""Return what a field would become, for a sentence: the names in a table's rows, and a word for nothing."""
	if isinstance(value, list):
		value = ", ".join(_name_row(row) for row in value)
	return value if value not in (None, "") else _("nothing")


def get_label(doc: Document, fieldname: str) -> str:
	label = _(doc.meta.get_label(fieldname))
	return _("Row {0}: {1}").format(doc.idx, label) if doc.get("parentfield") else label


def _name_row(row) -> str:
	"""Return what a row names: the first of its fields that is filled."""
	names = (row.get(df.fieldname) for df in row.meta.fields) if isinstance(row, Document) else (row,)
	return cstr(next(filter(None, names), ""))
