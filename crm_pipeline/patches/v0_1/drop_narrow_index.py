import frappe

NARROW = "sales_engineer_status_region_modified_index"


def execute() -> None:
	"""Drop the index whose place `pipeline_own` takes, which begins with the same columns."""
	frappe.db.sql_ddl(f"alter table `tabPipeline Opportunity` drop index if exists `{NARROW}`")
