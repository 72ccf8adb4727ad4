// Quotations, orders and supplier quotations of an opportunity, and the Make group. What may be made, the server says.

const GET_DOCUMENTS = "crm_pipeline.api.offers.get_documents";
const REFRESH = "crm_pipeline.api.offers.refresh";
const MAPPERS = "crm_pipeline.api.offers.";

// mapper → label of its button
const MAKE_LABELS = {
	make_quotation: __("Quotation"),
	make_quotation_from_supplier_rates: __("Quotation from Supplier Rates"),
	make_supplier_quotation: __("Supplier Quotation"),
	make_request_for_quotation: __("Request for Quotation"),
};

frappe.ui.form.on("Pipeline Opportunity", {
	setup(frm) {
		// the + of Connections presses the button of that name
		frm.custom_make_buttons = {
			Quotation: "Quotation",
			"Sales Order": "Sales Order",
			"Supplier Quotation": "Supplier Quotation",
			"Request for Quotation": "Request for Quotation",
		};
	},

	refresh(frm) {
		if (frm.is_new()) {
			return;
		}
		const name = frm.doc.name;
		frappe.call({ method: GET_DOCUMENTS, type: "GET", args: { name } }).then(({ message }) => {
			if (frm.doc.name === name) {
				show_documents(frm, message);
				catch_up(frm, message);
			}
		});
	},
});

function show_documents(frm, documents) {
	for (const mapper of documents.makes) {
		frm.add_custom_button(MAKE_LABELS[mapper], () => make(frm, mapper), __("Make"));
	}
	if (frm.doc.status === "Won" && frm.doc.offer) {
		frm.add_custom_button(__("Open Offer"), () => frappe.set_route("Form", "Quotation", frm.doc.offer));
	}
	show_table(frm, "Quotation", __("Quotations"), documents.quotations.map(describe));
	show_table(frm, "Sales Order", __("Sales Orders"), documents.orders.map(describe));
	const rates = documents.supplier_quotations.flatMap((quotation) =>
		quotation.items.map((item) => describe_rate(frm, quotation, item))
	);
	show_table(frm, "Supplier Quotation", __("Supplier Quotations"), rates);

	function describe(row) {
		const mark = row.name === frm.doc.offer ? __("Offer") : "";
		const date = frappe.datetime.str_to_user(row.transaction_date);
		const margin = Number.isFinite(row.margin_percent) ? __("Margin {0} %", [row.margin_percent]) : "";
		return [row.name, row.status, date, money(row.net_total, row.currency), margin, mark];
	}
}

function describe_rate(frm, quotation, item) {
	const is_best = (frm.doc.items || []).some(
		(row) => row.supplier_quotation === quotation.name && row.item_code === item.item_code
	);
	return [
		quotation.name,
		quotation.status,
		`${quotation.supplier_name}: ${item.item_code}`,
		`${money(item.rate, quotation.currency)} / ${item.uom}`,
		is_best ? __("Best Rate") : "",
	];
}

function show_table(frm, doctype, label, rows) {
	if (!rows.length) {
		return;
	}
	const escape = frappe.utils.escape_html;
	const html = rows.map(
		([name, status, ...cells]) =>
			`<tr><td>${frappe.utils.get_form_link(doctype, name, true)}</td><td>${escape(__(status))}</td>${cells
				.map((cell) => `<td>${escape(cell || "")}</td>`)
				.join("")}</tr>`
	);
	const table = `<table class="table table-sm mb-0"><tbody>${html.join("")}</tbody></table>`;
	frm.dashboard.add_section(table, label);
	frm.dashboard.show();
}

function money(amount, currency) {
	return strip_html(format_currency(amount, currency));
}

function make(frm, mapper) {
	frappe.model.open_mapped_doc({ method: MAPPERS + mapper, frm });
}

function catch_up(frm, documents) {
	// some states of ERPNext's documents arrive without an event; once a visit, so that a refusal does not loop
	if (documents.is_behind && frm.caught_up !== frm.doc.name && !frm.is_dirty()) {
		frm.caught_up = frm.doc.name;
		frappe
			.call({ method: REFRESH, type: "POST", args: { name: frm.doc.name } })
			.then(() => frm.reload_doc());
	}
}
