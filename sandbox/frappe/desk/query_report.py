"""Script reports."""

import json

import frappe
from frappe.model.controllers import get_module_app
from frappe.types import NotInSandbox, refuse_unknown


def get_report_doc(report_name):
	"""Return a Report that the user may run."""
	doc = frappe.get_doc("Report", report_name)
	roles = [row.role for row in doc.roles]
	if roles and not set(roles) & set(frappe.get_roles()):
		frappe.throw(f"You don't have access to Report: {doc.name}", frappe.PermissionError)
	if not frappe.has_permission(doc.ref_doctype, "report"):
		frappe.throw(
			f"You don't have permission to get a report on: {doc.ref_doctype}", frappe.PermissionError
		)
	if doc.disabled:
		frappe.throw(f"Report {report_name} is disabled")
	return doc


@frappe.whitelist()
@frappe.read_only()
def run(
	report_name,
	filters=None,
	user=None,
	ignore_prepared_report=False,
	custom_columns=None,
	is_tree=False,
	parent_field=None,
	are_default_filters=True,
):
	"""Run a script report and return its columns, rows, chart and summary."""
	refuse_unknown("query_report.run", {"custom_columns": custom_columns})
	report = get_report_doc(report_name)
	if report.report_type != "Script Report":
		raise NotInSandbox(f"The sandbox does not know the report type {report.report_type}")
	filters = json.loads(filters) if isinstance(filters, str) else filters or {}
	answer = [*_get_module(report).execute(frappe._dict(filters)), None, None, None, None, None, None][:6]
	columns, rows, message, chart, report_summary, skip_total_row = answer
	columns = [_read_column(column) for column in columns]
	names = [column["fieldname"] for column in columns]
	rows = [row if isinstance(row, dict) else dict(zip(names, row, strict=False)) for row in rows or []]
	return {
		"result": rows,
		"columns": columns,
		"message": message,
		"chart": chart,
		"report_summary": report_summary,
		"skip_total_row": skip_total_row or 0,
		"add_total_row": report.add_total_row and not skip_total_row,
	}


def _get_module(report):
	folder = frappe.scrub(report.name)
	module = f"{get_module_app(report.module)}.{frappe.scrub(report.module)}.report.{folder}.{folder}"
	return frappe.get_module(module)


def _read_column(column):
	"""Return a column given as "Label:Type/Options:Width" as a dict."""
	if not isinstance(column, str):
		return {"fieldname": frappe.scrub(column.get("label", "")), **column}
	label, kind, width = (*column.split(":"), "", "")[:3]
	fieldtype, _slash, options = kind.partition("/")
	return {
		"label": label, "fieldname": frappe.scrub(label), "fieldtype": fieldtype or "Data",
		"options": options, "width": width,
	}  # fmt: skip
