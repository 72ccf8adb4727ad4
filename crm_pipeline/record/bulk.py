"""Writing many rows in one statement, for records that no controller stands behind."""

import frappe
from frappe.utils import now


def insert_many(doctype: str, rows: list[dict]) -> None:
	"""Insert rows that have the same fields; a row without a name gets one."""
	if not rows:
		return
	at, user = now(), frappe.session.user
	common = {"owner": user, "modified_by": user, "creation": at, "modified": at, "docstatus": 0, "idx": 0}
	rows = [{"name": frappe.generate_hash(length=10), **common, **row} for row in rows]
	frappe.db.bulk_insert(doctype, list(rows[0]), [list(row.values()) for row in rows])
