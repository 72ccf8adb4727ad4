"""Every index this app adds, table by table, and what each is for.

A key may have `MOST_BYTES` (InnoDB). Since frappe#33491 a column of text has at least 64 characters, of up to four bytes
each, whatever its DocType says: a name takes 563 bytes, a status 259. So an index holds four names and a status at most,
which leaves room for one more short text or a handful of figures; a test counts.
"""

from collections import defaultdict

import frappe

from crm_pipeline import sql
from crm_pipeline.constants import AUDIT_LOG

MOST_BYTES = 3072
LEAST_CHARACTERS, CHARACTERS = 64, 140
BYTES_OF_CHARACTER, BYTES_OF_LENGTH = 4, 3  # the length itself and whether there is a value
BYTES_OF_FIGURE = 11  # a number, date or time, at most
TEXTS = ("Data", "Link", "Dynamic Link", "Select", "Read Only")
STANDARD_TEXTS = ("name", "owner", "modified_by", "parent", "parentfield", "parenttype")
PREFIXES = ("pipeline_", "crm_pipeline_")

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
		*("closed_on", "status", "sales_engineer", "region", "product_line", "company"),
		*("opened_on", "base_won_value", "base_potential_value", "is_history"),
	),
	"pipeline_sources": (
		*("closed_on", "status", "source", "sales_engineer", "company"),
		*("opened_on", "base_won_value", "is_history"),
	),
	"pipeline_openings": (
		*("opened_on", "status", "sales_engineer", "region", "company"),
		*(
			"mins_to_first_response",
			"working_mins_to_first_response",
			"first_responded_on",
			"status_changed_utc",
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
		*("closed_on", "opened_on", "product_line", "company"),
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
# the framework's tables lack what finds the to-dos and shares of a user without reading one
TABLES = {
	"Pipeline Opportunity": {**LISTS, **SEARCH, **REPORTS, **OF_ENGINEER},
	# all that counting by reason reads
	"Pipeline Opportunity Lost Reason": {"pipeline_reasons": ("parent", "lost_reason", "parenttype")},
	"ToDo": {
		"crm_pipeline_helper": (
			"allocated_to",
			"status",
			"reference_type",
			"assignment_rule",
			"reference_name",
		)
	},
	"DocShare": {"crm_pipeline_shared": ("user", "share_doctype", "read", "share_name")},
}
OF_THE_FRAMEWORK = ("ToDo", "DocShare")
# Two writers can't continue the same chain at the same place; a record's log is one range of the index. The framework's
# `add_unique` leaves it out when it sees another site's table that has one.
UNIQUE = {
	AUDIT_LOG: {"unique_chain_link": ("reference_doctype", "reference_name", "previous_hash")},
}


def make_all() -> None:
	"""Make the indexes that the tables lack, and those anew that have other columns than here."""
	drop_outdated()
	for doctype, wanted in TABLES.items():
		for name, fieldnames in wanted.items():
			sql.add_index(doctype, name, fieldnames)
	for doctype, wanted in UNIQUE.items():
		for name, fieldnames in wanted.items():
			make_unique(doctype, name, fieldnames)


def make_unique(doctype: str, name: str, fieldnames: tuple[str, ...]) -> None:
	"""Where rows are doubled already, as two writers left them without the index, the site goes on and is told so."""
	try:
		sql.add_unique_index(doctype, name, fieldnames)
	except Exception as error:
		if not frappe.db.is_duplicate_entry(error):
			raise
		frappe.log_error(f"{doctype} holds rows twice: index {name} can't be made. Run check-audit.")


def drop_outdated() -> None:
	"""Drop indexes of ours that are no longer as here. A migrate does so first: they may be too long by now."""
	for doctype, wanted in TABLES.items():
		for name, fieldnames in get_existing(doctype).items():
			if name.startswith(PREFIXES) and wanted.get(name) != fieldnames:
				sql.drop_index(doctype, name)


def drop_from_others() -> None:
	"""Take our indexes off the tables of the framework."""
	for doctype in OF_THE_FRAMEWORK:
		for name in TABLES[doctype]:
			sql.drop_index(doctype, name)


def get_existing(doctype: str) -> dict[str, tuple[str, ...]]:
	"""Return the columns of each index of the table, in their order."""
	columns = defaultdict(tuple)
	for row in sorted(sql.get_indexes(doctype), key=lambda row: row.Seq_in_index):
		columns[row.Key_name] += (row.Column_name,)
	return columns


def get_key_bytes(fields: dict[str, dict], fieldnames: tuple[str, ...]) -> int:
	"""Return the most bytes that a key of these columns has; `fields` are the definitions by fieldname."""
	return sum(_get_column_bytes(fields.get(fieldname), fieldname) for fieldname in fieldnames)


def _get_column_bytes(field: dict | None, fieldname: str) -> int:
	is_text = field["fieldtype"] in TEXTS if field else fieldname in STANDARD_TEXTS
	if not is_text:
		return BYTES_OF_FIGURE
	length = int((field or {}).get("length") or CHARACTERS)
	return max(length, LEAST_CHARACTERS) * BYTES_OF_CHARACTER + BYTES_OF_LENGTH
