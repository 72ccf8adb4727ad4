import frappe

from crm_pipeline.dashboard import charts


@frappe.whitelist()
def get_slices(chart_name: str) -> dict:
	"""Return a chart for the user who looks. Whoever may read opportunities."""
	return charts.get_chart(chart_name)
