"""Removes what tests had to commit, or what a run left behind that was killed."""

import frappe

from crm_pipeline.tests import personas
from crm_pipeline.tests.audit import LOG

OPPORTUNITY = "Pipeline Opportunity"


def remove_cast() -> None:
	"""Remove the users and masters of personas.py with all their opportunities, and commit."""
	remove_opportunities()
	for doctype, names in personas.get_records().items():
		for name in names:
			frappe.delete_doc(doctype, name, force=True, ignore_missing=True)
	for user in personas.ROLES:
		frappe.db.delete("Has Role", {"parent": user})
		frappe.db.delete("Notification Log", {"for_user": user})
		frappe.db.delete("User", {"name": user})
	frappe.db.commit()


def remove_opportunities() -> None:
	"""Remove the opportunities of the cast's customers, past the rules that protect them, and commit."""
	parties = ("in", [personas.CUSTOMER, personas.OTHER_CUSTOMER])
	for name in frappe.get_all(OPPORTUNITY, filters={"party_name": parties}, pluck="name"):
		for df in frappe.get_meta(OPPORTUNITY).get_table_fields():
			frappe.db.delete(df.options, {"parent": name})
		frappe.db.delete(LOG, {"reference_name": name})
		frappe.db.delete("ToDo", {"reference_name": name})
		frappe.db.delete(OPPORTUNITY, {"name": name})
	frappe.db.commit()
