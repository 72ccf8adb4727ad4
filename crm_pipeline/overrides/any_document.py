"""Every document: what a person links to one of our records is a record that they may read.

Behind such a link the framework and ERPNext copy values (*Fetch From*, titles, a new Opportunity "from" another document) and
show the document on the record.
"""

from collections.abc import Iterator

from frappe.model.document import Document
from frappe.utils import cstr

from crm_pipeline.access import companions
from crm_pipeline.access.permissions import is_manager
from crm_pipeline.constants import HIDDEN, OPPORTUNITY
from crm_pipeline.custom_fields import LINKED_DOCTYPES
from crm_pipeline.domain.requested import fold

OWN_RULES = frozenset((*HIDDEN, *companions.COMPANIONS, "Event"))
HIDDEN_BY_SPELLING = {fold(doctype): doctype for doctype in HIDDEN}


def before_validate(doc: Document, method: str | None = None) -> None:
	"""Before its own controller reads what it links to."""
	links = list(_get_links(doc))
	if not links or is_manager():
		return
	saved = doc.get_doc_before_save()
	known = set(_get_links(saved)) if saved else set()
	for doctype, name in links:
		if (doctype, name) not in known:
			companions.validate_reference(doc, doctype, name)


def hide_titles(doc: Document, method: str | None = None) -> None:
	"""The title of an opportunity is not shown on the contacts and addresses that are linked to it: others read them."""
	for row in doc.links:
		if row.link_doctype == OPPORTUNITY:
			row.link_title = row.link_name


def _get_links(doc: Document) -> Iterator[tuple[str, str]]:
	"""Yield (DocType, name) of the links to our records."""
	if doc.doctype in OWN_RULES:
		return
	for row in (doc, *doc.get_all_children()):
		links = [(row.get(df.options), row.get(df.fieldname)) for df in row.meta.get_dynamic_link_fields()]
		if doc.doctype not in LINKED_DOCTYPES:  # they put our link back themselves, and are saved
			links += [(df.options, row.get(df.fieldname)) for df in row.meta.get_link_fields()]
		for doctype, name in links:
			if name and isinstance(name, str) and (hidden := HIDDEN_BY_SPELLING.get(fold(cstr(doctype)))):
				yield hidden, name
