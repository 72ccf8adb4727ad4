frappe.ui.form.on("Pipeline Audit Log", {
	refresh(frm) {
		if (frappe.user.has_role("System Manager")) {
			frm.add_custom_button(__("Redact…"), () => ask_to_redact(frm));
		}
	},
});

function ask_to_redact(frm) {
	frappe.prompt(
		{
			fieldname: "reason",
			fieldtype: "Small Text",
			label: __("Reason"),
			reqd: 1,
			description: __(
				"The free text of this entry goes for good, and where the opportunity shows it. The log says who had it redacted and why."
			),
		},
		({ reason }) =>
			frappe.call({
				method: "crm_pipeline.api.audit.redact",
				args: { name: frm.doc.name, reason },
				freeze: true,
				callback: () => frm.reload_doc(),
			}),
		__("Redact"),
		__("Redact")
	);
}
