"""Reads the names that all links of a record lead to at once, before the framework asks for them one by one.

Every link is checked by the framework as ever; it only finds what it would ask for where it keeps it.
"""

from collections.abc import Iterator

import frappe
from frappe.model.document import Document

from crm_pipeline import compat, sql
from crm_pipeline.domain.fields import PARTY_FIELDS

Link = tuple[str, str]


def read_ahead(doc: Document) -> None:
	"""Read the names of the records that the document and its rows link to, with one query."""
	links = {
		link: None for row in (doc, *doc.get_all_children()) for link in (*_get_links(row), *_get_party(row))
	}
	links = [link for link in links if not compat.is_name_kept(*link)]
	if len(links) < 2:
		return
	query = sql.select_names(tuple(doctype for doctype, _name in links))
	for position, name in frappe.db.sql(query, [name for _doctype, name in links]):
		compat.keep_name(*links[position], name)


def _get_links(row: Document) -> Iterator[Link]:
	"""Yield (DocType, name) of each link of which the framework asks for nothing but the name."""
	fetching = {df.fetch_from.partition(".")[0] for df in row.meta.fields if df.fetch_from}
	for df in row.meta.get_link_fields():
		name = row.get(df.fieldname)
		if name and isinstance(name, str) and df.fieldname not in fetching and _has_table(df.options):
			yield df.options, name


def _get_party(row: Document) -> Iterator[Link]:
	"""Yield the link to the party, which may be of either DocType."""
	doctype, name = row.get("opportunity_from"), row.get("party_name")
	if isinstance(doctype, str) and doctype in PARTY_FIELDS and name and isinstance(name, str):
		yield doctype, name


def _has_table(doctype: str) -> bool:
	meta = frappe.get_meta(doctype)
	return not meta.issingle and not meta.get("is_virtual")
