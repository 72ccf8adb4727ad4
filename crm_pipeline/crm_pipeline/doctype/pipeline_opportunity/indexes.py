"""Which indexes the table has, and what each is for."""

import frappe

DOCTYPE = "Pipeline Opportunity"
# a list is filtered by one or two of these and sorted by `modified`; the last column of one saves a look-up
LISTS = (
	("sales_engineer", "modified"),
	("sales_engineer", "region", "modified"),
	("sales_engineer", "status", "region", "modified"),
	("application_engineer", "modified"),
	("status", "modified"),
	("status", "awaiting_response_since"),  # what auto-close goes along
	("region", "modified"),
	("region", "status", "modified", "sales_engineer"),
	("product_line", "modified"),
	("needs_details", "modified"),
	("party_name", "product_line", "status"),
	("lead", "status"),
)
# what reports, cards and charts add up stands in the index that finds it, so that no record is read; the length of
# an index ends with five names
REPORTS = {
	"pipeline_closings": (
		*("closed_on", "status", "sales_engineer", "region", "product_line", "source"),
		*("opened_on", "base_won_value", "base_potential_value", "is_history"),
	),
	"pipeline_openings": (
		*("opened_on", "status", "sales_engineer", "region"),
		*(
			"mins_to_first_response",
			"working_mins_to_first_response",
			"first_responded_on",
			"status_changed_on",
		),
		*("base_potential_value", "weighted_value", "base_won_value", "is_history"),
	),
	"pipeline_stages": (
		*("status", "status_changed_on", "next_contact_date", "awaiting_response_since", "expected_closing"),
		*("sales_engineer", "region", "product_line", "base_potential_value", "weighted_value", "is_history"),
	),
}


def make_all() -> None:
	for fieldnames in LISTS:
		frappe.db.add_index(DOCTYPE, list(fieldnames))
	for name, fieldnames in REPORTS.items():
		frappe.db.add_index(DOCTYPE, list(fieldnames), name)
