"""What the desk keeps in records of its own: the Kanban board, and on Frappe 16 sidebar and icon."""

import json
from itertools import cycle

import frappe

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.dashboard import slices
from crm_pipeline.domain.lifecycle import get_open_statuses

BOARD = "Open Opportunities"
BOARD_FIELDS = ["region", "sales_engineer", "potential_value", "next_contact_date"]
COLORS = ("Orange", "Blue")
APP = "crm_pipeline"


def make_board() -> None:
	"""Make the board of the open stages, once. It leaves the closed ones out: a board loads all its records."""
	if frappe.db.exists("Kanban Board", BOARD):
		return
	columns = [
		{"column_name": status, "status": "Active", "indicator": color}
		for status, color in zip(get_open_statuses(), cycle(COLORS), strict=False)
	]
	frappe.get_doc(
		{
			"doctype": "Kanban Board",
			"kanban_board_name": BOARD,
			"reference_doctype": OPPORTUNITY,
			"field_name": "status",
			"filters": json.dumps(slices.to_list(slices.OPEN)),
			"fields": json.dumps(BOARD_FIELDS),
			"show_labels": 1,
			"columns": columns,
		}
	).insert()


def delete_boards() -> None:
	for name in frappe.get_all("Kanban Board", filters={"reference_doctype": OPPORTUNITY}, pluck="name"):
		frappe.delete_doc("Kanban Board", name, force=True)


def delete_navigation() -> None:
	"""Delete the entries of the desk of Frappe 16, which belong to no module and so outlive an app."""
	for doctype in ("Workspace Sidebar", "Desktop Icon"):
		if frappe.db.exists("DocType", doctype) and frappe.get_meta(doctype).has_field("app"):
			for name in frappe.get_all(doctype, filters={"app": APP}, pluck="name"):
				# their own on_trash deletes the file of the app on a developer's site
				frappe.delete_doc(doctype, name, force=True, ignore_on_trash=True)
