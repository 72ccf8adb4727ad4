"""Which indexes the table has, and what each is for."""

from collections import defaultdict

import frappe

DOCTYPE = "Pipeline Opportunity"
# a list is filtered by one or two of these and sorted by `modified`; the last column of one saves a look-up
LISTS = (
	("sales_engineer", "modified"),
	("sales_engineer", "region", "modified"),
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
# an index ends with five names. Who sees only their own would read everybody's without the indexes OF_ENGINEER.
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
		*("base_potential_value", "weighted_value", "base_won_value"),
		*("seconds_open", "exits_open", "seconds_offer_made", "exits_offer_made", "is_history"),
	),
	"pipeline_stages": (
		*("status", "status_changed_on", "next_contact_date", "awaiting_response_since", "expected_closing"),
		*("sales_engineer", "region", "product_line", "base_potential_value", "weighted_value", "is_history"),
	),
	# the lists of one's own by status, and by status and region, too
	"pipeline_own": (
		*("sales_engineer", "status", "region", "modified"),
		*("status_changed_on", "next_contact_date", "awaiting_response_since", "expected_closing"),
		*("product_line", "base_potential_value", "weighted_value", "is_history"),
	),
}
OF_ENGINEER = {
	f"{name}_of_engineer": (
		"sales_engineer",
		*(fieldname for fieldname in REPORTS[name] if fieldname != "sales_engineer"),
	)
	for name in ("pipeline_closings", "pipeline_openings")
}


def make_all() -> None:
	"""Make the indexes that the table lacks, and those anew that have other columns than here."""
	for fieldnames in LISTS:
		frappe.db.add_index(DOCTYPE, list(fieldnames))
	existing = get_existing()
	for name, fieldnames in {**REPORTS, **OF_ENGINEER}.items():
		if existing.get(name, fieldnames) != fieldnames:
			frappe.db.sql_ddl(f"alter table `tab{DOCTYPE}` drop index `{name}`")
		frappe.db.add_index(DOCTYPE, list(fieldnames), name)


def get_existing() -> dict[str, tuple[str, ...]]:
	"""Return the columns of each index of the table, in their order."""
	columns = defaultdict(tuple)
	rows = frappe.db.sql("show index from `tabPipeline Opportunity`", as_dict=True)
	for row in sorted(rows, key=lambda row: row.Seq_in_index):
		columns[row.Key_name] += (row.Column_name,)
	return columns
