"""Which indexes the table has, and what each is for. An index may be 3,072 bytes long; a name takes 562 of them."""

from collections import defaultdict

import frappe

DOCTYPE = "Pipeline Opportunity"
# Who sees a record stands in the indexes of most lists too, so that counting for somebody who supports others reads
# no record.
LISTS = {
	"pipeline_engineer": ("sales_engineer", "modified"),  # narrow, or MariaDB goes along `modified` instead
	"pipeline_engineer_region": ("sales_engineer", "region", "modified"),
	"pipeline_application": ("application_engineer", "modified"),
	"pipeline_status": ("status", "modified", "sales_engineer", "application_engineer"),
	"pipeline_waiting": ("status", "awaiting_response_since"),  # what auto-close goes along
	"pipeline_region": ("region", "modified", "sales_engineer", "application_engineer"),
	"pipeline_region_status": ("region", "status", "modified", "sales_engineer", "application_engineer"),
	"pipeline_line": ("product_line", "modified"),
	"pipeline_needs_details": ("needs_details", "modified"),
	"pipeline_party": ("party_name", "product_line", "status"),
	"pipeline_lead": ("lead", "status"),
}
# what a search looks through, newest first: everybody's and one's own
SEARCH = {
	"pipeline_titles": ("modified", "sales_engineer", "application_engineer", "title"),
	"pipeline_titles_of_engineer": ("sales_engineer", "modified", "application_engineer", "title"),
}
# What reports, cards and charts add up stands in the index that finds it, so that no record is read. Who sees only
# their own would read everybody's without the indexes OF_ENGINEER.
REPORTS = {
	"pipeline_closings": (
		*("closed_on", "status", "sales_engineer", "region", "product_line", "source", "company"),
		*("opened_on", "base_won_value", "base_potential_value", "is_history"),
	),
	"pipeline_openings": (
		*("opened_on", "status", "sales_engineer", "region", "company"),
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
		*("sales_engineer", "region", "product_line", "company"),
		*("base_potential_value", "weighted_value", "is_history"),
	),
	# the lists of one's own by status, and by status and region, too; MariaDB takes it for closings over years
	"pipeline_own": (
		*("sales_engineer", "status", "region", "modified"),
		*("status_changed_on", "next_contact_date", "awaiting_response_since", "expected_closing"),
		*("closed_on", "opened_on", "product_line", "source", "company"),
		*("base_potential_value", "weighted_value", "base_won_value", "is_history"),
	),
}
OF_ENGINEER = {
	f"{name}_of_engineer": (
		"sales_engineer",
		*(fieldname for fieldname in REPORTS[name] if fieldname != "sales_engineer"),
	)
	for name in ("pipeline_closings", "pipeline_openings")
}
ALL = {**LISTS, **SEARCH, **REPORTS, **OF_ENGINEER}


def make_all() -> None:
	"""Make the indexes that the table lacks, and those anew that have other columns than here."""
	existing = get_existing()
	for name, fieldnames in ALL.items():
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
