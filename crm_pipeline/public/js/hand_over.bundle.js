// Hand over: from whom, to whom, a preview, a reason.

frappe.provide("crm_pipeline");

const PREVIEW = "crm_pipeline.api.routing.preview_hand_over";
const HAND_OVER = "crm_pipeline.api.routing.hand_over";

// the framework's own search of users asks on Frappe 16 for the right to read them, which managers don't have
const eligible_users = () => ({
	query: "crm_pipeline.api.routing.get_eligible_users",
	filters: { fieldname: "sales_engineer" },
});

crm_pipeline.hand_over = (names) => {
	const dialog = new frappe.ui.Dialog({
		title: __("Hand over Opportunities"),
		fields: [
			{
				// Frappe 16 leaves user permissions out only where the record's field of this name does so
				fieldname: "sales_engineer",
				fieldtype: "Link",
				options: "User",
				label: __("From"),
				reqd: 1,
				ignore_user_permissions: 1,
				onchange: () => show_preview(dialog, names),
			},
			{
				fieldname: "to_user",
				fieldtype: "Link",
				options: "User",
				label: __("To"),
				get_query: eligible_users,
				description: __("Leave empty to let each region choose."),
			},
			{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 },
			{ fieldname: "preview", fieldtype: "HTML" },
		],
		primary_action_label: __("Hand over"),
		primary_action: (values) => start(dialog, values, names),
	});
	dialog.show();
};

function show_preview(dialog, names) {
	const from_user = dialog.get_value("sales_engineer");
	if (!from_user) {
		return;
	}
	frappe.call({ method: PREVIEW, type: "POST", args: { from_user, names } }).then(({ message }) => {
		const escape = frappe.utils.escape_html;
		const rows = message.opportunities
			.slice(0, 10)
			.map((row) => `<li>${escape(row.name)}: ${escape(row.title)} (${escape(row.region)})</li>`);
		const summary = __("{0} open opportunities, {1} to-dos, {2} next contacts", [
			message.opportunities.length,
			message.todos,
			message.events,
		]);
		const more = message.opportunities.length > rows.length ? "<li>…</li>" : "";
		dialog.get_field("preview").$wrapper.html(`<p>${summary}</p><ul>${rows.join("")}${more}</ul>`);
	});
}

function start(dialog, { sales_engineer: from_user, to_user, reason }, names) {
	frappe
		.call({ method: HAND_OVER, type: "POST", args: { from_user, to_user, reason, names } })
		.then(({ message }) => {
			dialog.hide();
			frappe.show_alert(
				__("Handing over {0} opportunities in the background.", [message.opportunities])
			);
		});
}
