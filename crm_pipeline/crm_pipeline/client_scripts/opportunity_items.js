// Items: a chosen item brings its name, text and unit along. The server does the same for rows that come another way.

// field of the row → field of the item
const FROM_ITEM = {
	item_name: "item_name",
	description: "description",
	item_group: "item_group",
	brand: "brand",
	uom: "stock_uom",
};

frappe.ui.form.on("Pipeline Opportunity Item", {
	async item_code(frm, doctype, name) {
		const { item_code } = frappe.get_doc(doctype, name);
		if (!item_code) {
			return;
		}
		const { message: item } = await frappe.db.get_value("Item", item_code, Object.values(FROM_ITEM));
		const row = frappe.get_doc(doctype, name);
		if (row?.item_code !== item_code) {
			return; // another one was chosen meanwhile
		}
		for (const [fieldname, source] of Object.entries(FROM_ITEM)) {
			frappe.model.set_value(doctype, name, fieldname, strip_html(item[source] || ""));
		}
	},
});
