const AUTO_CLOSE = "crm_pipeline.api.auto_close.";

frappe.ui.form.on("Pipeline Settings", {
	setup(frm) {
		frm.set_query("auto_close_lost_reason", () => ({
			filters: { disabled: 0, applies_to: ["in", ["Both", "Lost"]] },
		}));
	},

	refresh(frm) {
		frm.add_custom_button(
			__("Show What Would Close"),
			() => frm.events.preview_auto_close(frm),
			__("Auto-Close")
		);
		if (frm.doc.auto_close) {
			frm.add_custom_button(__("Run Now"), () => frm.events.run_auto_close(), __("Auto-Close"));
		}
	},

	preview_auto_close(frm) {
		if (frm.is_dirty()) {
			frappe.throw(__("Save the settings first: the preview goes by what is saved."));
		}
		frappe.call({ method: AUTO_CLOSE + "preview", type: "GET", freeze: true }).then(({ message }) => {
			const dialog = new frappe.ui.Dialog({ title: __("Auto-Close Today"), size: "large" });
			dialog.$body.append(describe_plan(message));
			dialog.show();
		});
	},

	run_auto_close() {
		frappe.confirm(__("Warn and close now what is due today?"), () => {
			frappe.call({ method: AUTO_CLOSE + "run_now", type: "POST" }).then(({ message }) =>
				frappe.show_alert(
					message
						? {
								message: __("Started. What came of it is in the Scheduled Job Log."),
								indicator: "green",
							}
						: { message: __("It waits or runs already."), indicator: "orange" }
				)
			);
		});
	},
});

function describe_plan(plan) {
	const escape = frappe.utils.escape_html;
	const note = plan.is_on ? "" : `<p>${__("Auto-close is off. Switched on today, it would do this:")}</p>`;
	const counts = [
		[__("To be closed as Lost"), plan.counts.close],
		[__("To be warned of"), plan.counts.warn],
	];
	const summary = [...counts, ...plan.kept.map(([why, count]) => [__("Kept: {0}", [escape(why)]), count])];
	return `<div>${note}
		<table class="table table-sm">${summary.map((row) => row_of(row)).join("")}</table>
		${list_rows(__("To be closed as Lost"), plan.close)}
		${list_rows(__("To be warned of"), plan.warn)}</div>`;
}

function list_rows(title, rows) {
	const escape = frappe.utils.escape_html;
	const headings = [__("Opportunity"), __("Sales Engineer"), __("No Answer Since"), __("Closes On")];
	const cells = (row) => [
		`${frappe.utils.get_form_link("Pipeline Opportunity", row.name, true)} ${escape(row.title || "")}`,
		escape(row.sales_engineer || ""),
		frappe.datetime.str_to_user(row.awaiting_response_since.slice(0, 10)),
		frappe.datetime.str_to_user(row.closes_on),
	];
	const table = () => row_of(headings, "th") + rows.map((row) => row_of(cells(row))).join("");
	return rows.length ? `<h5>${title}</h5><table class="table table-sm">${table()}</table>` : "";
}

function row_of(cells, tag = "td") {
	return `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
}
