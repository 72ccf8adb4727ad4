"""How this app says no: one sentence with the field, the value and what to do."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr, escape_html

from crm_pipeline.exceptions import InputError


def refuse(message: str, *values, title: str | None = None, exception=InputError) -> None:
	"""Throw `message` with its values shortened and escaped."""
	frappe.throw(
		message.format(*(show(value) for value in values)), exception, title=title or _("Check the Values")
	)


def show(value) -> str:
	"""Return a value as it may stand in a message: escaped and no longer than a line."""
	text = cstr(value)
	return escape_html(text if len(text) <= 60 else text[:57] + "…")


def get_label(doc: Document, fieldname: str) -> str:
	label = _(doc.meta.get_label(fieldname))
	return _("Row {0}: {1}").format(doc.idx, label) if doc.get("parentfield") else label
