// {% include "crm_pipeline/reporting/pipeline_report.js" %}

frappe.query_reports["Pipeline Forecast"] = new crm_pipeline.PipelineReport({
	own: [
		{
			fieldname: "group_by",
			label: __("Group By"),
			fieldtype: "Select",
			options: [
				{ value: "Month", label: __("Month") },
				{ value: "Quarter", label: __("Quarter") },
				{ value: "Sales Engineer", label: __("Sales Engineer") },
			],
			default: "Month",
		},
	],
	overrides: {
		from_date: { default: frappe.datetime.quarter_start().slice(0, 10) },
		to_date: {
			default: frappe.datetime.add_days(
				frappe.datetime.add_months(frappe.datetime.quarter_start().slice(0, 10), 12),
				-1
			),
		},
	},
});
