frappe.query_reports["Pipeline Audit Integrity"] = {
	filters: [
		{
			fieldname: "reference_name",
			label: __("Opportunity"),
			fieldtype: "Link",
			options: "Pipeline Opportunity",
		},
	],

	onload(report) {
		report.page.add_inner_button(__("Accept Key Break"), () => this.ask_to_accept(report));
	},

	ask_to_accept(report) {
		const reason = {
			fieldname: "reason",
			fieldtype: "Small Text",
			label: __("Reason"),
			reqd: 1,
			description: __(
				"Entries made under another encryption key are taken as they stand, once for the site. Later changes of them are found."
			),
		};
		const accept = (values) => this.accept(report, values);
		frappe.prompt(reason, accept, __("Accept Key Break"), __("Accept"));
	},

	async accept(report, { reason }) {
		const { message: is_done } = await frappe.call({
			method: "crm_pipeline.api.audit.accept_key_break",
			args: { reason },
			freeze: true,
		});
		if (is_done) {
			report.refresh();
		} else {
			frappe.show_alert(__("This goes on in the background. Look again in some minutes."));
		}
	},
};
