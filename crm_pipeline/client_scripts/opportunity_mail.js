// An opportunity that came by e-mail: its defaults may be right as they are.

frappe.ui.form.on("Pipeline Opportunity", {
	refresh(frm) {
		if (frm.doc.needs_details && frm.perm[0]?.write) {
			frm.add_custom_button(__("Details are Complete"), () => confirm_details(frm));
		}
	},
});

function confirm_details(frm) {
	if (frm.is_dirty()) {
		frm.save();
		return;
	}
	frappe
		.call({
			method: "crm_pipeline.api.opportunity.confirm_details",
			type: "POST",
			args: { name: frm.doc.name },
			freeze: true,
		})
		.then(() => frm.reload_doc());
}
