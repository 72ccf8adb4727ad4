// The margin over the suppliers' rates, for who may read those.

frappe.ui.form.on("Quotation", {
	refresh(frm) {
		const margins = frm.doc.__onload?.pipeline_margins;
		if (!margins || frm.is_new()) {
			return;
		}
		const escape = frappe.utils.escape_html;
		const rows = margins.rows.map(
			({ idx, item_code, margin_percent, is_low }) =>
				`<tr><td>${idx}</td><td>${escape(item_code)}</td><td class="text-right ${
					is_low ? "text-danger" : ""
				}">${margin_percent} %</td></tr>`
		);
		if (Number.isFinite(margins.margin_percent)) {
			const label = __("In Total");
			rows.push(
				`<tr><td></td><td>${label}</td><td class="text-right bold">${margins.margin_percent} %</td></tr>`
			);
		}
		const table = `<table class="table table-sm mb-0 pipeline-margins"><tbody>${rows.join("")}</tbody></table>`;
		frm.dashboard.add_section(table, __("Margin over Supplier Rates"));
		frm.dashboard.show();
	},
});
