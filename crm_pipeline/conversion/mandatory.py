"""What a site has made mandatory on the documents that a conversion saves, and what the user gives for it."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.model import table_fields
from frappe.model.document import Document
from frappe.utils import cstr, strip_html

from crm_pipeline.domain import json_text
from crm_pipeline.refusal import Whole, get_label, refuse

DOCTYPES = ("Customer", "Contact", "Address")
NAMED_BY_ERPNEXT = "naming_series"  # takes the first one where none is chosen
SHOWN = ("fieldname", "fieldtype", "options", "description")


def describe(docs: Iterable[Document]) -> list[dict]:
	"""Return the fields that a dialog has to ask for: SHOWN, "doctype", "label". Rows of a table are none of a dialog's."""
	found = {
		(doc.doctype, field.fieldname): {
			**{key: field.get(key) for key in SHOWN},
			"doctype": doc.doctype,
			"label": get_label(doc, field.fieldname),
		}
		for doc in docs
		for field in _get_missing(doc)
		if field.fieldtype not in table_fields
	}
	return list(found.values())


def read(values: Any) -> dict:
	"""Return {doctype: {fieldname: value}} as it was sent; refuse what is of another shape, or no mandatory field."""
	given = json_text.read(values, dict) if values not in (None, "") else {}
	if given is None or not all(isinstance(fields, dict) for fields in given.values()):
		message = _(
			"The mandatory fields can't be {0}. Send an object of objects, by DocType and field: {1}."
		)
		refuse(message, json_text.write(values), "Customer.tax_id")
	for doctype, fields in given.items():
		for fieldname in fields:
			field = frappe.get_meta(doctype).get_field(fieldname) if doctype in DOCTYPES else None
			if not field or not field.reqd:
				refuse(_("{0} of {1} is no mandatory field. Leave it out."), fieldname, doctype)
	return given


def fill(doc: Document, given: dict) -> bool:
	"""Set the mandatory fields that a document lacks from what was given; tell whether it lacked any."""
	fields, missing = given.get(doc.doctype, {}), _get_missing(doc)
	for field in missing:
		if field.fieldname in fields:
			doc.set(field.fieldname, fields[field.fieldname])
	return bool(missing)


def refuse_missing(docs: Iterable[Document]) -> None:
	"""Name the first field that the framework could not do without, and how to give it."""
	for doc in docs:
		for field in _get_missing(doc):
			message = _("{0} of {1} is missing, and mandatory on this site. {2}")
			remedy = _("Enter it in the dialog of Convert; over REST, send it as {0}.")
			remedy = Whole(remedy.format(f"values.{doc.doctype}.{field.fieldname}"))
			refuse(
				message,
				get_label(doc, field.fieldname),
				_(doc.doctype),
				remedy,
				exception=frappe.MandatoryError,
			)


def _get_missing(doc: Document) -> list:
	"""Return the fields that stop a save: what the framework fills in by itself does not."""
	return [
		field
		for field in doc.meta.get("fields", {"reqd": ("=", 1)})
		if field.fieldname != NAMED_BY_ERPNEXT and not field.default and _is_empty(doc.get(field.fieldname))
	]


def _is_empty(value: Any) -> bool:
	return not value if isinstance(value, list) else not strip_html(cstr(value)).strip()
