// The History tab: the last entries of the audit log and, for managers, who sees the record and why.

const GET_HISTORY = "crm_pipeline.api.opportunity.get_history";
const EXPLAIN_ACCESS = "crm_pipeline.api.opportunity.explain_access";

frappe.ui.form.on("Pipeline Opportunity", {
	refresh: (frm) => load_history(frm),
	on_tab_change: (frm) => load_history(frm),
});

function load_history(frm) {
	if (frm.is_new() || frm.get_active_tab()?.df?.fieldname !== "history_tab") {
		return;
	}
	load_part(frm, GET_HISTORY, show_trail);
	if (frappe.user.has_role(["Sales Manager", "System Manager"])) {
		frm.set_df_property("access_section", "hidden", 0);
		load_part(frm, EXPLAIN_ACCESS, show_access);
	}
}

function load_part(frm, method, show) {
	const name = frm.doc.name;
	frappe.call({ method, type: "GET", args: { name } }).then(({ message }) => {
		if (frm.doc.name === name) {
			show(frm, message);
		}
	});
}

function show_trail(frm, { entries, total }) {
	const head = [__("When"), __("What"), __("Who"), __("Time in Stage"), __("Amount"), __("Why")];
	const rows = entries.map((entry) => [
		frappe.datetime.str_to_user(entry.at),
		describe_entry(entry),
		entry.full_name,
		describe_duration(entry.seconds_in_status),
		strip_html(format_currency(entry.amount, entry.currency)).replace(" ", "\u00a0"),
		entry.reason,
	]);
	const $list = $("<button type='button' class='btn btn-xs btn-default mb-3'>")
		.text(__("All Entries: {0}", [total]))
		.on("click", () => frappe.set_route("List", "Pipeline Audit Log", { reference_name: frm.doc.name }));
	frm.get_field("audit_trail").$wrapper.html(make_table(head, rows)).append($list);
}

function describe_entry({ event, from_status, to_status, changes }) {
	const stage = from_status && from_status !== to_status ? `: ${__(from_status)} → ${__(to_status)}` : "";
	const lines = changes.map(({ label, from, to }) => `${label}: ${from || "–"} → ${to || "–"}`);
	const title = __(event); // reason: a stage, or one of EVENTS in form/history.py
	return [title + stage, ...lines].join("\n");
}

function describe_duration(seconds) {
	return seconds ? frappe.utils.get_formatted_duration(seconds, { hide_seconds: seconds >= 60 }) : "";
}

function show_access(frm, { people, managers, everyone }) {
	const head = [__("Who"), __("Why"), __("May")];
	const rows = people.map(({ user, full_name, reasons, may_read, may_write }) => [
		full_name === user ? user : `${full_name} (${user})`,
		reasons.join("\n"),
		may_write
			? __("read and write")
			: may_read
				? __("read")
				: __("nothing: disabled, without role or limited"),
	]);
	if (everyone) {
		rows.push([__("Everyone"), __("Shared with everyone"), __("read")]);
	}
	rows.push([managers.join(", "), __("Sales Manager or System Manager"), __("everything")]);
	frm.get_field("access_list").$wrapper.html(make_table(head, rows));
}

function make_table(head, rows) {
	const escape = (text) => frappe.utils.escape_html(text ?? "");
	const make_cells = (cells) =>
		cells.map((cell, column) => `<td data-label="${escape(head[column])}">${escape(cell)}</td>`).join("");
	const body = rows.map((cells) => `<tr>${make_cells(cells)}</tr>`).join("");
	const titles = head.map((title) => `<th>${escape(title)}</th>`).join("");
	return `<table class="table table-sm pipeline-table">
		<thead class="text-muted"><tr>${titles}</tr></thead><tbody>${body}</tbody></table>`;
}
