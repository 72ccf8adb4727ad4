// {% include "crm_pipeline/reporting/pipeline_report.js" %}

frappe.query_reports["Win Rate"] = new crm_pipeline.PipelineReport({
	own: [
		{
			fieldname: "group_by",
			label: __("Group By"),
			fieldtype: "Select",
			options: [
				{ value: "Sales Engineer", label: __("Sales Engineer") },
				{ value: "Region", label: __("Region") },
				{ value: "Product Line", label: __("Product Line") },
				{ value: "Business Unit", label: __("Business Unit") },
				{ value: "Source", label: __("Source") },
				{ value: "Opportunity Type", label: __("Opportunity Type") },
				{ value: "Month", label: __("Month") },
				{ value: "Quarter", label: __("Quarter") },
			],
			default: "Sales Engineer",
		},
	],
});
