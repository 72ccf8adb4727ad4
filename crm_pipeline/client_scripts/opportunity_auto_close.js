// When a silent opportunity will be closed, and the button that puts it off. What is due, the server says.

frappe.ui.form.on("Pipeline Opportunity", {
	refresh(frm) {
		const outlook = frm.doc.__onload?.auto_close;
		if (!outlook || frm.is_new()) {
			return;
		}
		const date = frappe.datetime.str_to_user(outlook.closes_on);
		const since = frappe.datetime.str_to_user(outlook.awaiting_since.slice(0, 10));
		const text = __("No answer since {0}. Closed as Lost on {1} if none comes.", [since, date]);
		frm.dashboard.add_comment(text, outlook.is_warned ? "orange" : "blue", true);
		if (frm.perm[0]?.write) {
			frm.add_custom_button(__("Keep Open Until…"), () => ask_keep_open(frm), __("Follow Up"));
		}
	},
});

function ask_keep_open(frm) {
	const field = {
		fieldname: "keep_open_until",
		fieldtype: "Date",
		label: __("Keep Open Until"),
		description: __("It is not closed automatically up to this day."),
		default: frm.doc.keep_open_until,
		reqd: 1,
	};
	frappe.prompt(
		field,
		({ keep_open_until }) => frm.set_value({ keep_open_until }).then(() => frm.save()),
		__("Keep {0} Open", [frm.doc.name]),
		__("Keep Open")
	);
}
