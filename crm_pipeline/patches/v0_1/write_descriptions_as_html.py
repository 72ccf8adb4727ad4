import frappe

from crm_pipeline.constants import ITEM_ROW
from crm_pipeline.domain.text import as_html


def execute() -> None:
	"""Descriptions of items were plain text: their lines and signs stay what they were."""
	item = frappe.qb.DocType(ITEM_ROW)
	has_signs = item.description.like("%\n%") | item.description.like("%<%")
	for name, text in frappe.qb.from_(item).select(item.name, item.description).where(has_signs).run():
		frappe.db.set_value(ITEM_ROW, name, "description", as_html(text), update_modified=False)
