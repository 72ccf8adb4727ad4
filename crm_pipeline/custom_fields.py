"""Fields that this app adds to documents of ERPNext. Install creates them, uninstall removes them."""

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from crm_pipeline import sql

MODULE = "CRM Pipeline"

OPPORTUNITY_LINK = {
	"fieldname": "pipeline_opportunity",
	"label": "Pipeline Opportunity",
	"fieldtype": "Link",
	"options": "Pipeline Opportunity",
	"read_only": 1,
	"no_copy": 1,
	"print_hide": 1,
	"search_index": 1,
	"allow_on_submit": 0,
}

# DocType → the field after which the link stands
LINKED_DOCTYPES = {
	"Quotation": "order_type",
	"Sales Order": "order_type",
	"Supplier Quotation": "company",
	"Request for Quotation": "company",
}

CUSTOM_FIELDS = {
	**{doctype: [{**OPPORTUNITY_LINK, "insert_after": after}] for doctype, after in LINKED_DOCTYPES.items()},
	"Lead": [
		{
			"fieldname": "pipeline_customer",
			"label": "Customer",
			"fieldtype": "Link",
			"options": "Customer",
			"insert_after": "customer",
			"read_only": 1,
			"no_copy": 1,
			"print_hide": 1,
			"description": "The customer this lead was converted to or linked with.",
		}
	],
	"DocShare": [
		{
			"fieldname": "pipeline_by_assignment",
			"label": "Made while Assigning",
			"fieldtype": "Check",
			"insert_after": "notify_by_email",
			"read_only": 1,
			"hidden": 1,
		}
	],
	"Selling Settings": [
		{
			"fieldname": "pipeline_auto_close_after_days",
			"label": "Close Pipeline Opportunity after Days",
			"fieldtype": "Int",
			"insert_after": "sales_update_frequency",
			"default": "15",
			"description": "The same value stands in Pipeline Settings.",
		}
	],
}


def create() -> None:
	"""Create or update the fields on those DocTypes that the site has."""
	create_custom_fields(
		{
			doctype: [{**field, "module": MODULE} for field in fields]
			for doctype, fields in CUSTOM_FIELDS.items()
			if frappe.db.exists("DocType", doctype)
		}
	)


def delete() -> None:
	"""Remove the fields and what they hold."""
	for doctype, fields in CUSTOM_FIELDS.items():
		for field in fields:
			name = frappe.db.exists("Custom Field", {"dt": doctype, "fieldname": field["fieldname"]})
			if name:
				frappe.delete_doc("Custom Field", name, force=True)
				drop_value(doctype, field["fieldname"])


def drop_value(doctype: str, fieldname: str) -> None:
	"""Drop the column (the value of a single) that the framework leaves behind when a custom field goes."""
	if frappe.get_meta(doctype).issingle:
		frappe.db.delete("Singles", {"doctype": doctype, "field": fieldname})
	elif frappe.db.has_column(doctype, fieldname):
		sql.drop_column(doctype, fieldname)
