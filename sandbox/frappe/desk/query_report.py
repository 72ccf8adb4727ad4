"""Script reports."""

import frappe
from frappe.model.controllers import get_module_app


@frappe.whitelist()
def run(report_name, filters=None, **options):
	"""Run a script report and return its columns, rows, message, chart and summary."""
	report = frappe.get_doc("Report", report_name)
	roles = {row.role for row in report.roles}
	if roles and not roles & set(frappe.get_roles()):
		frappe.throw(f"You don't have access to Report: {report.name}", frappe.PermissionError)
	frappe.has_permission(report.ref_doctype, "report", throw=True)
	folder = frappe.scrub(report.name)
	package = f"{get_module_app(report.module)}.{frappe.scrub(report.module)}.report.{folder}.{folder}"
	answer = frappe.get_module(package).execute(frappe._dict(frappe.parse_json(filters) or {}))
	columns, rows, message, chart, summary = [*answer, None, None, None][:5]
	names = [column["fieldname"] for column in columns]
	rows = [row if isinstance(row, dict) else dict(zip(names, row, strict=False)) for row in rows or []]
	return {"columns": columns, "result": rows, "message": message, "chart": chart, "report_summary": summary}
