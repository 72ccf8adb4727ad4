frappe.ui.form.on("Customer", {
	refresh(frm) {
		if (!frm.is_new() && !frm.doc.disabled && frappe.model.can_create("Pipeline Opportunity")) {
			frm.add_custom_button(
				__("Pipeline Opportunity"),
				() =>
					frappe.new_doc("Pipeline Opportunity", {
						opportunity_from: "Customer",
						party_name: frm.doc.name,
					}),
				__("Create")
			);
		}
	},
});
