// {% include "crm_pipeline/reporting/pipeline_report.js" %}

crm_pipeline.StalledOpportunities = class StalledOpportunities extends crm_pipeline.PipelineReport {
	onload(report) {
		super.onload(report);
		report.page.add_inner_button(__("E-mail Digest…"), () => this.ask_for_digest());
	}

	async ask_for_digest() {
		const frequency = await frappe.xcall("crm_pipeline.api.digest.get_digest");
		const df = {
			fieldname: "frequency",
			label: __("Send me what is stalled"),
			description: __("Weekly: on Mondays. Nothing is sent when nothing is stalled."),
			fieldtype: "Select",
			options: [
				{ value: "Never", label: __("Never") },
				{ value: "Daily", label: __("Daily") },
				{ value: "Weekdays", label: __("Weekdays") },
				{ value: "Weekly", label: __("Weekly") },
			],
			default: frequency,
			reqd: 1,
		};
		frappe.prompt(df, (values) => this.set_digest(values), __("E-mail Digest"), __("Save"));
	}

	async set_digest(values) {
		await frappe.xcall("crm_pipeline.api.digest.set_digest", values);
		frappe.show_alert({ message: __("Saved"), indicator: "green" });
	}
};

frappe.query_reports["Stalled Opportunities"] = new crm_pipeline.StalledOpportunities({
	own: [
		{
			fieldname: "reason",
			label: __("Reason"),
			fieldtype: "Select",
			options: [
				{ value: "Any", label: __("Any") },
				{ value: "Too Long in Stage", label: __("Too Long in Stage") },
				{ value: "Contact Overdue", label: __("Contact Overdue") },
			],
			default: "Any",
		},
		{ fieldname: "days", label: __("More Days in Stage than"), fieldtype: "Int" },
	],
	leave_out: ["from_date", "to_date", "history"],
});
