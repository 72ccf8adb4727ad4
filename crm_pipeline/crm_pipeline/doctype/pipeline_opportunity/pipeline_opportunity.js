frappe.ui.form.on("Pipeline Opportunity", {
	setup(frm) {
		frm.set_query("opportunity_from", () => ({ filters: { name: ["in", ["Customer", "Lead"]] } }));
		frm.set_query("region", () => ({ filters: { is_group: 0, disabled: 0 } }));
		for (const field of ["product_line", "opportunity_type", "source"]) {
			frm.set_query(field, () => ({ filters: { disabled: 0 } }));
		}
		for (const field of ["contact_person", "party_address"]) {
			frm.set_query(field, () => ({
				query:
					field === "contact_person"
						? "frappe.contacts.doctype.contact.contact.contact_query"
						: "frappe.contacts.doctype.address.address.address_query",
				filters: { link_doctype: frm.doc.opportunity_from, link_name: frm.doc.party_name },
			}));
		}
	},

	refresh(frm) {
		frappe.require("stage_actions.bundle.js", () => {
			frm.events.add_buttons(frm);
		});
		if (frm.doc.__onload?.is_closed) {
			frm.disable_form();
			frm.set_intro(__("Closed. A manager can reopen it."), "blue");
		}
	},

	add_buttons(frm) {
		for (const status of frm.doc.__onload?.moves || []) {
			frm.add_custom_button(crm_pipeline.MOVES[status].label(), () => crm_pipeline.move(frm, status));
		}
		if (frm.doc.__onload?.may_correct) {
			frm.add_custom_button(__("Correct…"), () => crm_pipeline.correct(frm));
		}
	},

	party_name(frm) {
		// what the server filled in for the former party follows the new one
		for (const field of ["contact_person", "contact_email", "contact_mobile", "party_address", "territory", "city", "state"]) {
			frm.set_value(field, null);
		}
	},

	currency(frm) {
		frm.set_value("conversion_rate", null);
	},
});

frappe.ui.form.on("Pipeline Opportunity Item", {
	qty: (frm, doctype, name) => set_amount(frm, doctype, name),
	rate: (frm, doctype, name) => set_amount(frm, doctype, name),
	items_remove: (frm) => set_total(frm),
});

function set_amount(frm, doctype, name) {
	const item = frappe.get_doc(doctype, name);
	frappe.model.set_value(doctype, name, "amount", flt(item.qty) * flt(item.rate));
	set_total(frm);
}

function set_total(frm) {
	const total = (frm.doc.items || []).reduce((sum, item) => sum + flt(item.amount), 0);
	const offered = frm.doc.items_total;
	frm.set_value("items_total", total);
	if (!frm.doc.potential_value || flt(frm.doc.potential_value) === flt(offered)) {
		frm.set_value("potential_value", total);
	}
}
