// Help in the form's menu: pages of docs/ and, on a new record, the tour.

const HELP_URL = "/crm_pipeline_help?page=";

// page of docs/ → label of its menu entry
const HELP_PAGES = {
	form: () => __("Help: The Form"),
	"lead-contact-customer": () => __("Help: Lead, Contact, Customer"),
	permissions: () => __("Help: Who Sees What"),
};

frappe.ui.form.on("Pipeline Opportunity", {
	refresh(frm) {
		for (const [page, label] of Object.entries(HELP_PAGES)) {
			frm.page.add_menu_item(label(), () => window.open(HELP_URL + page), true);
		}
		if (frm.is_new()) {
			frm.page.add_menu_item(__("Show Tour"), () => start_tour(frm), true);
		}
	},
});

function start_tour(frm) {
	frm.tour.init({ tour_name: "Pipeline Opportunity" }).then(() => frm.tour.start());
}
