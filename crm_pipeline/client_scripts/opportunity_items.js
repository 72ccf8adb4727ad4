// Items: a chosen item brings its name, group, brand and unit along; its description comes with the save.

// field of the row → field of the item
const FROM_ITEM = { item_name: "item_name", item_group: "item_group", brand: "brand", uom: "stock_uom" };

frappe.ui.form.on("Pipeline Opportunity", {
	setup(frm) {
		for (const [fieldname, source] of Object.entries(FROM_ITEM)) {
			frm.add_fetch("item_code", source, fieldname, "Pipeline Opportunity Item");
		}
	},
});
