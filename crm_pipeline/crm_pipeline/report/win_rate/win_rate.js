// {% include "crm_pipeline/reporting/pipeline_report.js" %}

frappe.query_reports["Win Rate"] = new crm_pipeline.PipelineReport({
	own: [
		{
			fieldname: "group_by",
			label: __("Group By"),
			fieldtype: "Select",
			options: [
				"Sales Engineer",
				"Region",
				"Product Line",
				"Business Unit",
				"Source",
				"Opportunity Type",
				"Month",
				"Quarter",
			],
			default: "Sales Engineer",
		},
	],
});
