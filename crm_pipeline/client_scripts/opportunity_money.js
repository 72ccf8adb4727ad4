// Amounts: what the items add up to, and which currency each value is in.

// currency of the record or of its company → the fields in it
const AMOUNTS = {
	currency: ["potential_value", "items_total"],
	won_currency: ["won_value"],
	company_currency: ["base_potential_value", "weighted_value", "base_won_value", "ordered_value"],
};

frappe.ui.form.on("Pipeline Opportunity", {
	refresh(frm) {
		show_currencies(frm);
		show_difference(frm);
	},
	currency(frm) {
		show_currencies(frm);
		show_difference(frm);
	},
	company(frm) {
		set_currency(frm);
		show_currencies(frm);
	},
	onload(frm) {
		if (frm.is_new() && !frm.doc.product_line) {
			set_currency(frm); // a copy has a product line, and keeps its currency
		}
	},
	with_items: (frm) => show_difference(frm),
	potential_value: (frm) => show_difference(frm),
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

// the framework fills in the site's
function set_currency(frm) {
	const currency = frappe.get_doc(":Company", frm.doc.company)?.default_currency;
	if (frm.is_new() && currency) {
		frm.set_value("currency", currency);
	}
}

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
	show_difference(frm);
}

function show_difference(frm) {
	const { potential_value, items_total, currency, with_items, items } = frm.doc;
	const field = frm.get_field("potential_value");
	const may_differ = with_items && items?.length && !frm.doc.__onload?.is_closed;
	if (!may_differ || flt(potential_value, 9) === flt(items_total, 9)) {
		field.set_description("");
		return;
	}
	const total = frappe.utils.escape_html(strip_html(format_currency(items_total, currency)));
	const link = `<a class="pipeline-take-over" role="button" tabindex="0">${__("Take over")}</a>`;
	field.set_description(`${__("The items add up to {0}.", [total])} ${link}`);
	field.$wrapper
		.find(".pipeline-take-over")
		.off()
		.on("click keydown", ({ type, key }) => {
			if (type === "click" || key === "Enter") {
				frm.set_value("potential_value", frm.doc.items_total);
			}
		});
}
