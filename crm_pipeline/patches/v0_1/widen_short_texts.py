import frappe

WITH_SHORT_TEXTS = ("Pipeline Opportunity", "Pipeline Audit Log")


def execute() -> None:
	"""Make columns as long as on a new site: the framework does so only when the DocType's file has changed."""
	for doctype in WITH_SHORT_TEXTS:
		frappe.db.updatedb(doctype)
