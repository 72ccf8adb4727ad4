const ELIGIBLE_USERS = "crm_pipeline.api.routing.get_eligible_users";

frappe.ui.form.on("Pipeline Opportunity", {
	setup(frm) {
		frm.set_query("opportunity_from", () => ({ filters: { name: ["in", ["Customer", "Lead"]] } }));
		frm.set_query("region", () => ({ filters: { is_group: 0, disabled: 0 } }));
		for (const field of ["product_line", "opportunity_type", "source"]) {
			frm.set_query(field, () => ({ filters: { disabled: 0 } }));
		}
		for (const fieldname of ["sales_engineer", "application_engineer"]) {
			frm.set_query(fieldname, () => ({ query: ELIGIBLE_USERS, filters: { fieldname } }));
		}
		const of_party = (query) => () => ({
			query,
			filters: { link_doctype: frm.doc.opportunity_from, link_name: frm.doc.party_name },
		});
		frm.set_query("contact_person", of_party("frappe.contacts.doctype.contact.contact.contact_query"));
		frm.set_query("party_address", of_party("frappe.contacts.doctype.address.address.address_query"));
	},

	refresh(frm) {
		frappe.require(["stage_actions.bundle.js", "stage_bar.bundle.js", "stage_bar.bundle.css"], () => {
			crm_pipeline.show_stage_bar(frm);
			frm.events.add_buttons(frm);
		});
		frm.toggle_enable("sales_engineer", frappe.user.has_role(["Sales Manager", "System Manager"]));
		if (!frm.is_new()) {
			frm.set_df_property("sales_engineer", "description", "");
		}
		if (frm.doc.__onload?.is_closed) {
			frm.disable_form();
			frm.set_intro(__("Closed. A manager can reopen it."), "blue");
		} else if (frm.doc.__onload?.may_write === false) {
			frm.disable_form();
			frm.set_intro(__("You may read this. Its sales engineer or a Sales Manager changes it."), "blue");
		} else if (frm.doc.needs_details) {
			frm.set_intro(
				__("Came by e-mail. Give or confirm its details before it can leave Open."),
				"orange"
			);
		}
	},

	onload_post_render(frm) {
		if (frm.is_new() && !frm.doc.party_name) {
			const timer = setTimeout(() => frm.events.focus_on_party(frm), 500);
			$(frm.wrapper).one("mousedown keydown", () => clearTimeout(timer)); // somebody was quicker
		}
	},

	focus_on_party(frm) {
		// the framework focuses on the first field, which is filled already
		if (document.activeElement === frm.get_field("opportunity_from").$input?.[0]) {
			frm.get_field("party_name").set_focus();
		}
	},

	add_buttons(frm) {
		const { moves = [], steps = [], may_correct, may_route } = frm.doc.__onload || {};
		for (const status of moves) {
			const $button = frm.add_custom_button(crm_pipeline.MOVES[status].label(), () =>
				crm_pipeline.move(frm, status)
			);
			const is_next = steps.some((step) => step.status === status && step.state === "next");
			$button
				?.addClass("pipeline-move")
				.toggleClass("btn-primary", is_next)
				.toggleClass("btn-default", !is_next);
		}
		if (may_correct) {
			frm.add_custom_button(__("Correct…"), () => crm_pipeline.correct(frm))?.addClass("pipeline-move");
		}
		if (may_route) {
			frm.add_custom_button(__("Route Again"), () => frm.events.route_again(frm), __("Actions"));
		}
	},

	before_workflow_action(frm) {
		return crm_pipeline.ask_for_workflow(frm);
	},

	route_again(frm) {
		if (frm.is_dirty()) {
			frappe.msgprint(__("Save your changes first, then let it be routed again."));
			return;
		}
		frappe.confirm(__("Let the region {0} choose the sales engineer anew?", [frm.doc.region]), () =>
			frappe.call({
				method: "crm_pipeline.api.opportunity.route_again",
				args: { name: frm.doc.name },
				callback: ({ message }) => {
					frappe.show_alert(frappe.utils.escape_html(message.routing_explanation), 10);
					frm.reload_doc();
				},
			})
		);
	},

	party_name(frm) {
		// what the server filled in for the former party follows the new one
		for (const field of [
			"contact_person",
			"contact_email",
			"contact_mobile",
			"party_address",
			"territory",
			"city",
			"state",
		]) {
			frm.set_value(field, null);
		}
	},

	currency(frm) {
		frm.set_value("conversion_rate", null);
	},
});
