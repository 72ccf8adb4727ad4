"""The fields of the site that link to an opportunity: ours, and what an administrator added."""

import frappe
from frappe.model.document import Document

from crm_pipeline.constants import OPPORTUNITY

LINK_FIELDS = "crm_pipeline_link_fields"


def get_link_fields() -> set[str]:
	"""Return the names of all fields of the site that link to an opportunity."""
	return set(frappe.cache.get_value(LINK_FIELDS, _read_link_fields))


def forget_link_fields(doc: Document, method: str | None = None) -> None:
	frappe.cache.delete_keys(LINK_FIELDS)


def _read_link_fields() -> list[str]:
	links = {"fieldtype": "Link", "options": OPPORTUNITY}
	return [
		name
		for doctype in ("DocField", "Custom Field")
		for name in frappe.get_all(doctype, links, pluck="fieldname")
	]
