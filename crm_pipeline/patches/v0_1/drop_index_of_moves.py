import frappe


def execute() -> None:
	"""Drop the index of the log that the funnel was added up from before records counted their exits."""
	frappe.db.sql_ddl("alter table `tabPipeline Audit Log` drop index if exists `pipeline_moves`")
