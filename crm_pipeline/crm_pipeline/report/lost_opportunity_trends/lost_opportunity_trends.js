// {% include "crm_pipeline/reporting/pipeline_report.js" %}

frappe.query_reports["Lost Opportunity Trends"] = new crm_pipeline.PipelineReport({
	own: [
		{
			fieldname: "outcome",
			label: __("Outcome"),
			fieldtype: "Select",
			options: ["All", "Lost", "Rejected"],
			default: "All",
		},
	],
});
