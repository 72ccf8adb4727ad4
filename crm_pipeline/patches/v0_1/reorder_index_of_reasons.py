import frappe

from crm_pipeline.crm_pipeline.doctype.pipeline_opportunity_lost_reason import (
	pipeline_opportunity_lost_reason,
)


def execute() -> None:
	"""Let the reasons of a record be found by one column instead of two."""
	frappe.db.sql_ddl(
		"alter table `tabPipeline Opportunity Lost Reason` drop index if exists `pipeline_reasons`"
	)
	pipeline_opportunity_lost_reason.on_doctype_update()
