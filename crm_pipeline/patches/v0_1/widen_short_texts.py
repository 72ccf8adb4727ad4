import frappe

from crm_pipeline import custom_fields


def execute() -> None:
	"""Make columns as long as on a new site: the framework does so only when the DocType's file has changed."""
	for doctype in frappe.get_all("DocType", filters={"module": custom_fields.MODULE}, pluck="name"):
		frappe.db.updatedb(doctype)
