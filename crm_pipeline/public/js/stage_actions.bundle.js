// The dialogs behind the stage buttons of form and list. Which moves are offered, the server says.

frappe.provide("crm_pipeline");

const METHODS = "crm_pipeline.api.opportunity.";

const lost_fields = (status) => {
	// all of them, fetched once: a search would offer ten, and a late answer would replace what is offered for newer text
	let reasons = null;
	const loading = get_reasons(status).then((all) => (reasons = all));
	return [
		{
			fieldname: "lost_reasons",
			fieldtype: "MultiSelectPills",
			label: __("Lost Reasons"),
			reqd: 1,
			get_data: () => reasons || loading,
		},
		{ fieldname: "outcome_detail", fieldtype: "Small Text", label: __("Outcome Detail") },
	];
};

const get_reasons = (status) =>
	frappe.db
		.get_list("Pipeline Lost Reason", {
			fields: ["name", "category"],
			filters: { disabled: 0, applies_to: ["in", ["Both", status]] },
			order_by: "category, name",
			limit: 0,
		})
		.then((rows) =>
			rows.map(({ name, category }) => ({
				value: name,
				label: __(name), // reason: the name of a record
				description: category,
			}))
		);

const won_fields = (doc) => [
	{
		fieldname: "won_value",
		fieldtype: "Currency",
		label: __("Won Value"),
		options: "won_currency",
		default: doc.won_value || doc.potential_value,
		reqd: 1,
	},
	{
		fieldname: "won_currency",
		fieldtype: "Link",
		label: __("Won Currency"),
		options: "Currency",
		default: doc.currency,
		reqd: 1,
	},
];

const reason_field = (fieldname, label) => [{ fieldname, fieldtype: "Small Text", label, reqd: 1 }];

// status → what its button asks for and calls
crm_pipeline.MOVES = {
	"Offer Made": {
		label: () => __("Make Offer"),
		method: "make_offer",
		fields: (doc) => [
			{
				fieldname: "offer",
				fieldtype: "Link",
				label: __("Quotation"),
				options: "Quotation",
				description: __("May also be linked later."),
				get_query: () => ({ filters: { party_name: doc.party_name, docstatus: ["<", 2] } }),
			},
		],
	},
	Won: { label: () => __("Won…"), method: "mark_won", fields: won_fields },
	Lost: { label: () => __("Lost…"), method: "mark_lost", fields: () => lost_fields("Lost") },
	Rejected: {
		label: () => __("Rejected…"),
		method: "mark_rejected",
		fields: () => lost_fields("Rejected"),
	},
	Open: {
		label: () => __("Reopen…"),
		method: "reopen",
		fields: () => reason_field("reopen_reason", __("Reopen Reason")),
	},
};

crm_pipeline.ask = (title, fields, primary_label, primary_action) => {
	const asks = fields.some((field) => field.reqd);
	const dialog = new frappe.ui.Dialog({
		title,
		fields,
		no_focus: !asks,
		primary_action_label: primary_label,
		primary_action: (values) => primary_action(values).then(() => dialog.hide()),
	});
	const reasons = dialog.fields_dict.lost_reasons;
	if (reasons?.awesomplete) {
		// Tab leaves the field, for the next one; Enter takes the highlighted reason
		reasons.awesomplete.tabSelect = false;
		reasons.awesomplete.ul.tabIndex = -1;
	}
	if (!asks) {
		// nothing has to be filled in: Enter is enough
		dialog.$wrapper.one("shown.bs.modal", () => dialog.get_primary_btn().trigger("focus"));
	}
	dialog.show();
};

crm_pipeline.move = async (frm, status) => {
	if (frm.is_dirty()) {
		await frm.save(); // what was typed must not get lost, nor be missing where the move needs it
	}
	if (frm.is_dirty()) {
		return; // the save was refused, and has said why
	}
	if (status === "Won" && is_of_lead(frm.doc)) {
		ask_to_convert(frm, () => crm_pipeline.move(frm, status));
		return;
	}
	const move = crm_pipeline.MOVES[status];
	crm_pipeline.ask(
		__("{0}: {1}", [__(status), frm.doc.name]),
		move.fields(frm.doc),
		status === "Open" ? __("Reopen") : __(status),
		(values) =>
			crm_pipeline.call(move.method, { name: frm.doc.name, ...values }).then(() => frm.reload_doc())
	);
};

const is_of_lead = (doc) => doc.opportunity_from === "Lead" && !doc.customer;

// only a customer is won from: the lead becomes one here, and `go_on` does what was begun
const ask_to_convert = async (frm, go_on) => {
	const fields = ["name", "lead_name", "email_id", "qualification_status"];
	const { message: lead } = await frappe.db.get_value("Lead", frm.doc.party_name, fields);
	if (!lead?.name || !frappe.model.can_create("Customer")) {
		frappe.msgprint(
			__("{0} is for the lead {1}. Ask somebody who may create customers to convert the lead first.", [
				frm.doc.name,
				frappe.utils.escape_html(frm.doc.party_display_name || frm.doc.party_name),
			])
		);
		return;
	}
	const is_qualified = lead.qualification_status === "Qualified";
	const open = () =>
		crm_pipeline.convert_lead(lead, () => frm.reload_doc().then(go_on), { offers_opportunity: false });
	const sentence = __("{0} is for the lead {1}. A lead becomes a customer before it is won.", [
		frm.doc.name,
		frappe.utils.escape_html(lead.lead_name),
	]);
	const dialog = new frappe.ui.Dialog({
		title: __("{0}: {1}", [__("Won"), frm.doc.name]),
		fields: [{ fieldname: "why", fieldtype: "HTML", options: `<p>${sentence}</p>` }],
		primary_action_label: is_qualified ? __("Convert") : __("Qualify and Convert"),
		primary_action() {
			dialog.hide();
			frappe.require("convert_lead.bundle.js", () =>
				is_qualified
					? open()
					: frappe.db.set_value("Lead", lead.name, "qualification_status", "Qualified").then(open)
			);
		},
	});
	dialog.show();
};

// a Workflow's action on the status asks for what the move requires, and is carried out by the server with it
crm_pipeline.ask_for_workflow = async (frm) => {
	if (frappe.workflow.get_state_fieldname(frm.doctype) !== "status") {
		return;
	}
	const action = frm.selected_workflow_action;
	const transitions = await frappe.workflow.get_transitions(frm.doc);
	const status = transitions.find((transition) => transition.action === action)?.next_state;
	const fields = (crm_pipeline.MOVES[status]?.fields(frm.doc) || []).filter(
		({ fieldname }) => fieldname !== "offer"
	);
	if (!fields.length) {
		return;
	}
	frappe.dom.unfreeze();
	const ask = () =>
		crm_pipeline.ask(__("{0}: {1}", [__(status), frm.doc.name]), fields, __(status), (values) =>
			crm_pipeline
				.call("apply_workflow", { name: frm.doc.name, action, ...values })
				.then(() => frm.reload_doc())
		);
	if (status === "Won" && is_of_lead(frm.doc)) {
		ask_to_convert(frm, ask);
	} else {
		ask();
	}
	await new Promise(() => {}); // the framework would go on without what was asked for
};

crm_pipeline.correct = (frm) => {
	const outcome = frm.doc.status === "Won" ? [won_fields(frm.doc)[0]] : lost_fields(frm.doc.status);
	const kept = {
		lost_reasons: (frm.doc.lost_reasons || []).map((row) => row.lost_reason),
		outcome_detail: frm.doc.outcome_detail,
	};
	crm_pipeline.ask(
		__("Correct {0}", [frm.doc.name]),
		[
			...outcome.map((field) => ({ default: kept[field.fieldname], ...field })),
			...reason_field("correction_reason", __("Correction Reason")),
		],
		__("Correct"),
		(values) =>
			crm_pipeline.call("correct", { name: frm.doc.name, ...values }).then(() => frm.reload_doc())
	);
};

crm_pipeline.move_many = (listview, status) => {
	crm_pipeline.ask(
		__("{0}: {1} Opportunities", [__(status), listview.get_checked_items().length]),
		status === "Offer Made" ? [] : lost_fields(status),
		__(status),
		(values) =>
			crm_pipeline
				.call("move_many", { names: listview.get_checked_items(true), status, ...values })
				.then((result) => {
					crm_pipeline.show_result(result);
					listview.clear_checked_items();
					listview.refresh();
				})
	);
};

crm_pipeline.show_result = ({ changed, refused, queued }) => {
	if (queued) {
		frappe.show_alert(
			__("Changing {0} opportunities in the background. The bell tells the result.", [queued])
		);
	}
	if (queued && !refused.length) {
		return;
	}
	const rows = refused.map(({ name, reason }) => [frappe.utils.escape_html(name), reason]);
	frappe.msgprint({
		title: __("Changed {0}, refused {1}", [changed.length, refused.length]),
		message: rows.length ? rows : __("All selected opportunities were changed."),
		as_table: rows.length > 0,
		indicator: refused.length ? "orange" : "green",
	});
};

crm_pipeline.call = (method, args) =>
	frappe
		.call({ method: METHODS + method, type: "POST", args, freeze: true })
		.then(({ message }) => message);
