const STATUS_COLORS = {
	Open: "orange",
	"Offer Made": "blue",
	Won: "green",
	Lost: "red",
	Rejected: "gray",
};

frappe.listview_settings["Pipeline Opportunity"] = {
	add_fields: ["status"],

	get_indicator(doc) {
		return [__(doc.status), STATUS_COLORS[doc.status], `status,=,${doc.status}`];
	},

	onload(listview) {
		listview.page.set_title(__("Opportunities"));
		frappe.require(["stage_actions.bundle.js", "hand_over.bundle.js"], () => {
			add_stage_actions(listview);
			if (frappe.user.has_role(["Sales Manager", "System Manager"])) {
				add_hand_over(listview);
			}
		});
	},
};

function add_stage_actions(listview) {
	for (const status of ["Offer Made", "Lost", "Rejected"]) {
		listview.page.add_actions_menu_item(
			crm_pipeline.MOVES[status].label(),
			() => crm_pipeline.close_many(listview, status),
			false
		);
	}
}

function add_hand_over(listview) {
	listview.page.add_menu_item(__("Hand over…"), () => crm_pipeline.hand_over());
	listview.page.add_actions_menu_item(
		__("Hand over…"),
		() => crm_pipeline.hand_over(listview.get_checked_items(true)),
		false
	);
}
