frappe.ui.form.on("Pipeline Region", {
	setup(frm) {
		frm.set_query("parent_pipeline_region", () => ({ filters: { is_group: 1 } }));
		// a search of users by their fields asks on Frappe 16 for the right to read them, which managers don't have
		const query = "crm_pipeline.api.routing.get_eligible_users";
		frm.set_query("user", "members", () => ({ query, filters: { fieldname: "application_engineer" } }));
		frm.set_query("sales_manager", () => ({ query, filters: { fieldname: "sales_engineer" } }));
	},

	refresh(frm) {
		if (!frm.is_new() && frappe.user.has_role(["Sales Manager", "System Manager"])) {
			frm.add_custom_button(__("Try Routing"), () => frm.events.try_routing(frm));
			frm.add_custom_button(__("Set up Routing"), () => frm.events.set_up_routing());
		}
	},

	try_routing(frm) {
		const method = "crm_pipeline.api.routing.try_routing";
		frappe
			.call({ method, type: "GET", args: { region: frm.doc.name, count: 10 } })
			.then(({ message }) => {
				frappe.msgprint({
					title: __("Next {0} Opportunities in {1}", [message.length, frm.doc.name]),
					message: [
						[__("Turn"), __("Sales Engineer"), __("Why")],
						...message.map((row, index) => [
							index + 1,
							frappe.utils.escape_html(row.full_name || __("Nobody")),
							frappe.utils.escape_html(row.explanation).replaceAll("\n", "<br>"),
						]),
					],
					as_table: true,
					wide: true,
				});
			});
	},

	set_up_routing() {
		frappe
			.call({ method: "crm_pipeline.api.routing.set_up_routing", type: "POST" })
			.then(({ message }) => frappe.set_route("Form", "Assignment Rule", message));
	},
});
