frappe.ui.form.on("Lead", {
	refresh(frm) {
		if (frm.is_new() || frm.doc.status === "Converted") {
			return;
		}
		if (frappe.model.can_create("Pipeline Opportunity")) {
			frm.add_custom_button(
				__("Pipeline Opportunity"),
				() =>
					frappe.new_doc("Pipeline Opportunity", {
						opportunity_from: "Lead",
						party_name: frm.doc.name,
					}),
				__("Create")
			);
		}
		if (frm.doc.qualification_status === "Qualified" && frappe.model.can_create("Customer")) {
			frm.add_custom_button(__("Convert"), () => convert(frm));
		}
	},
});

function convert(frm) {
	frappe.require("convert_lead.bundle.js", () =>
		crm_pipeline.convert_lead(frm.doc, ({ customer, opportunity }) => {
			// read again at the next visit: a reload would come in between while another form opens
			frappe.model.remove_from_locals("Lead", frm.doc.name);
			if (opportunity) {
				frappe.set_route("Form", "Pipeline Opportunity", opportunity);
			} else {
				frappe.set_route("Form", "Customer", customer);
			}
		})
	);
}
