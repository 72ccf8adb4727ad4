const STATUS_COLORS = {
	Open: "orange",
	"Offer Made": "blue",
	Won: "green",
	Lost: "red",
	Rejected: "gray",
};

frappe.listview_settings["Pipeline Opportunity"] = {
	add_fields: ["status"],
	hide_name_column: false,

	get_indicator(doc) {
		return [__(doc.status), STATUS_COLORS[doc.status], `status,=,${doc.status}`];
	},

	onload(listview) {
		listview.page.set_title(__("Opportunities"));
		frappe.require("stage_actions.bundle.js", () => {
			for (const status of ["Offer Made", "Lost", "Rejected"]) {
				listview.page.add_actions_menu_item(
					crm_pipeline.MOVES[status].label(),
					() => crm_pipeline.close_many(listview, status),
					false
				);
			}
		});
	},
};
