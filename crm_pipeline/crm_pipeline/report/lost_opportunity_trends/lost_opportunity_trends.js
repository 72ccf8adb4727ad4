// {% include "crm_pipeline/reporting/pipeline_report.js" %}

frappe.query_reports["Lost Opportunity Trends"] = new crm_pipeline.PipelineReport({
	own: [
		{
			fieldname: "outcome",
			label: __("Outcome"),
			fieldtype: "Select",
			options: [
				{ value: "All", label: __("All") },
				{ value: "Lost", label: __("Lost") },
				{ value: "Rejected", label: __("Rejected") },
			],
			default: "All",
		},
	],
});
