"""Links to documents that are gone: deleted past all rules, by ERPNext's *Delete Transactions* or by force.

What stood in a field stays there and stops no save; only a save that brings such a link along is refused.
"""

import frappe
from frappe.model.document import Document

from crm_pipeline import sql

InvalidLink = tuple[str, str, str]


class KeepsSavedLinks:
	"""For a controller and its rows: the framework finds no fault with a link that was saved before."""

	def get_invalid_links(self, is_submittable=False):
		invalid_links, cancelled_links = super().get_invalid_links(is_submittable)
		return keep_saved(self, invalid_links), cancelled_links


def keep_saved(doc: Document, invalid_links: list[InvalidLink]) -> list[InvalidLink]:
	"""Put saved values back that the framework took from links to nothing; return those links that are new.

	`doc` is a record or a row of one, `invalid_links` are (fieldname, name, message) as the framework finds them.
	"""
	new = []
	for fieldname, name, message in invalid_links:
		if saved := _find_saved(doc, fieldname, name):
			doc.set(fieldname, name)
			for df in doc.meta.get_fields_to_fetch(fieldname):
				doc.set(df.fieldname, saved.get(df.fieldname))
		else:
			new.append((fieldname, name, message))
	return new


def find(doc: Document) -> dict[str, tuple[str, str]]:
	"""Return fieldname → (DocType, name) of the links of a record or row that lead nowhere, with one query."""
	links = {}
	for df in (*doc.meta.get_link_fields(), *doc.meta.get_dynamic_link_fields()):
		doctype = df.options if df.fieldtype == "Link" else doc.get(df.options)
		if doc.get(df.fieldname) and doctype and not frappe.get_meta(doctype).issingle:
			links[df.fieldname] = (doctype, doc.get(df.fieldname))
	if not links:
		return {}
	query = sql.select_names(tuple(doctype for doctype, _name in links.values()))
	there = {
		position for position, _name in frappe.db.sql(query, [name for _doctype, name in links.values()])
	}
	return {
		fieldname: link for position, (fieldname, link) in enumerate(links.items()) if position not in there
	}


def _find_saved(doc: Document, fieldname: str, name: str) -> Document | None:
	"""Return the saved record or row in which this link stood already."""
	is_row = bool(doc.get("parentfield") and doc.parent_doc)  # a row may be saved by itself
	saved = (doc.parent_doc if is_row else doc).get_doc_before_save()
	rows = (saved.get(doc.parentfield) if is_row else [saved]) if saved else ()
	same = [row for row in rows if row.get(fieldname) == name]
	return next((row for row in same if row.name == doc.name), next(iter(same), None))
