// Calls, visits and meetings: noted in two clicks, shown in the timeline.

const LOG_ACTIVITY = "crm_pipeline.api.opportunity.log_activity";

// medium → label of its menu entry and title of its dialog
const ACTIVITIES = {
	Phone: () => __("Log a Call"),
	Visit: () => __("Log a Visit"),
	Meeting: () => __("Log a Meeting"),
};

frappe.ui.form.on("Pipeline Opportunity", {
	refresh(frm) {
		if (frm.is_new() || frm.doc.__onload?.is_closed || !frappe.model.can_email(null, frm)) {
			return;
		}
		for (const [medium, label] of Object.entries(ACTIVITIES)) {
			frm.add_custom_button(label(), () => ask_for_activity(frm, medium), __("Actions"));
		}
	},
});

function ask_for_activity(frm, medium) {
	const dialog = new frappe.ui.Dialog({
		title: ACTIVITIES[medium](),
		fields: [
			{ fieldname: "summary", fieldtype: "Small Text", label: __("Summary"), reqd: 1 },
			{
				fieldname: "happened_on",
				fieldtype: "Datetime",
				label: __("When"),
				default: frappe.datetime.system_datetime(),
				reqd: 1,
			},
		],
		primary_action_label: __("Log"),
		primary_action: (values) =>
			frappe
				.call({
					method: LOG_ACTIVITY,
					type: "POST",
					args: { name: frm.doc.name, medium, ...values },
					freeze: true,
				})
				.then(() => {
					dialog.hide();
					frappe.show_alert({ message: __("Logged"), indicator: "green" });
					if (!frm.is_dirty()) {
						frm.reload_doc();
					}
				}),
	});
	dialog.show();
}
