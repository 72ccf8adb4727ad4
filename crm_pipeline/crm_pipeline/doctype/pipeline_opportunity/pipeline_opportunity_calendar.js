frappe.views.calendar["Pipeline Opportunity"] = {
	field_map: {
		id: "name",
		title: "title",
		start: "next_contact_date",
		end: "next_contact_end", // no field: a dragged event only moves its start
	},
	// on a phone the month would be as low as it is narrow, and its last weeks out of sight
	options: frappe.is_mobile() ? { height: "auto" } : {},
	get_events_method: "crm_pipeline.api.desk.get_events",
	get_css_class({ next_contact_date, status }) {
		if (next_contact_date < frappe.datetime.now_datetime()) {
			return "danger";
		}
		return status === "Open" ? "warning" : "default";
	},
};
