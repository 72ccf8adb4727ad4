"""Our link fields on documents of others hold the name of a record: a dict there would be a filter for the framework.

Its check of links would answer by whether such a record exists. A permission hook is the only thing of an app that runs
before that check on both versions; it says nothing about the permission.
"""

import frappe
from frappe import _
from frappe.model.document import Document

from crm_pipeline import compat
from crm_pipeline.custom_fields import CUSTOM_FIELDS

LINKS = {
	doctype: [field["fieldname"] for field in fields if field["fieldtype"] == "Link"]
	for doctype, fields in CUSTOM_FIELDS.items()
}


def has_permission(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Put back what was saved where something else than a name was sent; the document is saved all the same."""
	for fieldname in LINKS.get(doc.doctype, ()):
		value = doc.get(fieldname)
		if value is not None and not isinstance(value, str):
			put_back(doc, fieldname)
	return compat.no_objection()


def put_back(doc: Document, fieldname: str) -> None:
	is_saved = isinstance(doc.name, str) and not doc.is_new()
	doc.set(fieldname, frappe.db.get_value(doc.doctype, doc.name, fieldname) if is_saved else None)
	message = _("{0} takes the name of a record. What was sent is left out.")
	frappe.msgprint(message.format(_(doc.meta.get_label(fieldname))), indicator="orange")
