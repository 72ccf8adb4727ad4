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
		frappe.call({
			method: "crm_pipeline.api.audit.preview_key_break",
			callback: ({ message: scope }) => this.show_dialog(report, scope),
		});
	},

	show_dialog(report, scope) {
		const reason = {
			fieldname: "reason",
			fieldtype: "Small Text",
			label: __("Reason"),
			reqd: 1,
			description: __(
				"These entries, made under another encryption key, are taken as they stand, once for the site: {0} Nobody can tell whether they were altered before. Later changes of them are found.",
				[frappe.utils.escape_html(scope)]
			),
		};
		const accept = (values) => this.accept(report, values);
		frappe.prompt(reason, accept, __("Accept Key Break"), __("Accept"));
	},

	accept(report, { reason }) {
		frappe.call({
			method: "crm_pipeline.api.audit.accept_key_break",
			args: { reason },
			freeze: true,
			callback: ({ message: outcome }) => this.tell(report, outcome),
		});
	},

	tell(report, outcome) {
		if (outcome.is_done) {
			frappe.show_alert(__("Accepted: {0}", [frappe.utils.escape_html(outcome.accepted)]));
			report.refresh();
		} else {
			frappe.show_alert(__("This goes on in the background. Look again in some minutes."));
		}
	},
};
