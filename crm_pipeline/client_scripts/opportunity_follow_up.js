// Who waits for whom: the two buttons for phone and chat; what e-mails say about it shows up by itself.

const CORRESPONDENCE = "crm_pipeline.correspondence.waiting.";

frappe.ui.form.on("Pipeline Opportunity", {
	setup(frm) {
		frappe.realtime.on("crm_pipeline_mail", ({ name }) => {
			if (frm.doc?.name === name && !frm.is_dirty()) {
				frm.reload_doc();
			}
		});
	},

	refresh(frm) {
		const is_in_play = !frm.is_new() && !frm.doc.__onload?.is_closed;
		if (!is_in_play || !frm.doc.__onload?.moves?.length) {
			return;
		}
		if (frm.doc.awaiting_response_since) {
			frm.add_custom_button(
				__("Customer Answered"),
				() => note(frm, "customer_answered"),
				__("Follow Up")
			);
		}
		frm.add_custom_button(
			__("Waiting for Customer"),
			() => note(frm, "wait_for_customer"),
			__("Follow Up")
		);
	},
});

function note(frm, method) {
	if (frm.is_dirty()) {
		frappe.show_alert({ message: __("Save your changes first."), indicator: "orange" });
		return;
	}
	frappe
		.call({ method: CORRESPONDENCE + method, type: "POST", args: { name: frm.doc.name }, freeze: true })
		.then(() => frm.reload_doc());
}
