frappe.query_reports["Pipeline Audit Integrity"] = {
	filters: [
		{
			fieldname: "reference_name",
			label: __("Opportunity"),
			fieldtype: "Link",
			options: "Pipeline Opportunity",
		},
	],
};
