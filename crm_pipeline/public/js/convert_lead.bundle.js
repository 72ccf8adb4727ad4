// The dialog that turns a lead into a customer: for the lead's form, and for whoever wins a lead's opportunity.

frappe.provide("crm_pipeline");

const PREVIEW = "crm_pipeline.api.lead.preview_conversion";
const CONVERT = "crm_pipeline.api.lead.convert";

// `lead` has a name, a lead_name and an email_id; an opportunity that is to go on with the customer offers no further one
crm_pipeline.convert_lead = (lead, on_done, { offers_opportunity = true } = {}) =>
	frappe.call({
		method: PREVIEW,
		type: "GET",
		args: { lead: lead.name },
		callback: ({ message }) => show_dialog(lead, message, on_done, offers_opportunity),
	});

function show_dialog(lead, preview, on_done, offers_opportunity) {
	const is_duplicate = preview.duplicates.length + preview.hidden_duplicates > 0;
	const dialog = new frappe.ui.Dialog({
		title: __("Convert {0}", [lead.lead_name]),
		fields: [
			{ fieldname: "facts", fieldtype: "HTML", options: describe(lead, preview) },
			{
				fieldname: "customer",
				fieldtype: "Link",
				options: "Customer",
				label: __("Link to Customer"),
				default: preview.duplicates[0],
				reqd: is_duplicate,
				hidden: !is_duplicate && !preview.similar.length,
				description: is_duplicate ? "" : __("Leave empty to make a new customer."),
			},
			...mandatory_fields(preview.mandatory),
			...(offers_opportunity ? opportunity_fields() : []),
		],
		primary_action_label: __("Convert"),
		primary_action: (values) =>
			convert(lead, values, preview.mandatory, (outcome) => {
				dialog.hide();
				on_done(outcome);
			}),
	});
	dialog.show();
}

function describe(lead, preview) {
	const escape = frappe.utils.escape_html;
	const sentences = [];
	if (preview.duplicates.length) {
		sentences.push(
			__("Customer {0} already has the e-mail {1}.", [
				escape(preview.duplicates[0]),
				escape(lead.email_id),
			])
		);
	} else if (preview.hidden_duplicates) {
		sentences.push(__("A customer that you may not see already has this e-mail."));
	}
	if (preview.similar.length) {
		sentences.push(__("Same name or phone: {0}", [preview.similar.map(escape).join(", ")]));
	}
	if (preview.opportunities.length) {
		sentences.push(
			__("Open opportunities that move to the customer: {0}", [preview.opportunities.length])
		);
	}
	return sentences.map((sentence) => `<p class="text-muted">${sentence}</p>`).join("");
}

// what a new customer, its contacts and addresses can't be without on this site
function mandatory_fields(mandatory) {
	const is_new = "eval:!doc.customer";
	return mandatory.map((field) => ({
		...field,
		label: __("{0} ({1})", [field.label, __(field.doctype)]),
		fieldname: get_key(field),
		depends_on: is_new,
		mandatory_depends_on: is_new,
	}));
}

function get_key({ doctype, fieldname }) {
	return frappe.scrub(`${doctype}_${fieldname}`);
}

function collect_mandatory(mandatory, values) {
	const given = {};
	for (const field of mandatory) {
		const value = values[get_key(field)];
		if (value !== undefined && value !== null && value !== "") {
			(given[field.doctype] = given[field.doctype] || {})[field.fieldname] = value;
		}
	}
	return given;
}

function opportunity_fields() {
	const depends = { depends_on: "with_opportunity", mandatory_depends_on: "with_opportunity" };
	return [
		{ fieldname: "with_opportunity", fieldtype: "Check", label: __("Create the First Opportunity") },
		{
			fieldname: "region",
			fieldtype: "Link",
			options: "Pipeline Region",
			label: __("Region"),
			get_query: () => ({ filters: { is_group: 0, disabled: 0 } }),
			...depends,
		},
		{
			fieldname: "product_line",
			fieldtype: "Link",
			options: "Pipeline Product Line",
			label: __("Product Line"),
			get_query: () => ({ filters: { disabled: 0 } }),
			...depends,
		},
		{ fieldname: "potential_value", fieldtype: "Currency", label: __("Potential Value"), ...depends },
	];
}

function convert(lead, values, mandatory, on_done) {
	const { customer, with_opportunity, region, product_line, potential_value } = values;
	frappe.call({
		method: CONVERT,
		type: "POST",
		args: {
			lead: lead.name,
			customer,
			opportunity: with_opportunity ? { region, product_line, potential_value } : null,
			values: customer ? null : collect_mandatory(mandatory, values),
		},
		freeze: true,
		callback: ({ message }) => on_done(message),
	});
}
