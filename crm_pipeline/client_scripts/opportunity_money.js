// Amounts: what the items add up to, and which currency each value is in.

// currency of the record or of its company → the fields in it
const AMOUNTS = {
	currency: ["potential_value", "items_total"],
	won_currency: ["won_value"],
	company_currency: ["base_potential_value", "weighted_value", "base_won_value", "ordered_value"],
};

frappe.ui.form.on("Pipeline Opportunity", {
	refresh: (frm) => show_currencies(frm),
	currency: (frm) => show_currencies(frm),
	company: (frm) => show_currencies(frm),
});

frappe.ui.form.on("Pipeline Opportunity Item", {
	qty: (frm, doctype, name) => set_amount(frm, doctype, name),
	rate(frm, doctype, name) {
		const { rate } = frappe.get_doc(doctype, name);
		const is_given = ![undefined, null, ""].includes(rate); // 0 is a price
		frappe.model.set_value(doctype, name, "rate_is_given", is_given ? 1 : 0);
		set_amount(frm, doctype, name);
	},
	items_remove: (frm) => set_total(frm),
});

function show_currencies(frm) {
	const company_currency = frappe.get_doc(":Company", frm.doc.company)?.default_currency;
	const currencies = { company_currency, ...frm.doc };
	for (const [currency, fieldnames] of Object.entries(AMOUNTS)) {
		frm.set_currency_labels(fieldnames, currencies[currency]);
	}
}

function set_amount(frm, doctype, name) {
	const item = frappe.get_doc(doctype, name);
	const amount = flt(flt(item.qty) * flt(item.rate), precision("amount", item));
	frappe.model.set_value(doctype, name, "amount", amount);
	set_total(frm);
}

function set_total(frm) {
	const total = (frm.doc.items || []).reduce((sum, item) => sum + flt(item.amount), 0);
	const offered = frm.doc.items_total;
	frm.set_value("items_total", total);
	if (!frm.doc.potential_value || flt(frm.doc.potential_value) === flt(offered)) {
		frm.set_value("potential_value", total);
	}
}
