"""A manager may delete what is still Open; the log of it stays (docs/audit.md)."""

import frappe

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.exceptions import InputError
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.audit import get_log
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user


class TestDeletion(PipelineTestCase):
	def test_managers_delete_open_records(self):
		for user in (personas.MANAGER, personas.ORG_ADMIN, "Administrator"):
			name = factories.make_opportunity().name
			with as_user(user):
				frappe.delete_doc(OPPORTUNITY, name)
			self.assertFalse(frappe.db.exists(OPPORTUNITY, name))

	def test_the_log_stays_and_says_who_deleted_it(self):
		name = factories.make_opportunity().name
		with as_user(personas.ORG_ADMIN):
			frappe.delete_doc(OPPORTUNITY, name)
		entries = get_log(name)
		self.assertEqual([entry.event for entry in entries], ["Created", "Deleted"])
		self.assertEqual((entries[1].user, entries[1].from_status), (personas.ORG_ADMIN, "Open"))
		self.assertEqual(entries[1].previous_hash, entries[0].entry_hash)

	def test_rows_go_with_it(self):
		name = factories.make_opportunity(items=[{"item_code": personas.ITEM, "qty": 1}]).name
		frappe.delete_doc(OPPORTUNITY, name)
		self.assertFalse(frappe.db.exists("Pipeline Opportunity Item", {"parent": name}))

	def test_to_dos_go_with_it(self):
		from frappe.desk.form import assign_to

		name = factories.make_opportunity().name
		assign_to.add({"assign_to": [personas.OTHER_ENGINEER], "doctype": OPPORTUNITY, "name": name})
		frappe.delete_doc(OPPORTUNITY, name)
		self.assertFalse(frappe.db.exists("ToDo", {"reference_name": name, "status": "Open"}))

	def test_nobody_else_deletes(self):
		name = factories.make_opportunity().name
		for user in (personas.ENGINEER, personas.APPLICATION_ENGINEER, personas.OUTSIDER):
			with self.subTest(user), as_user(user):
				with self.assertRaises(frappe.PermissionError):
					frappe.delete_doc(OPPORTUNITY, name)
				with self.assertRaises(frappe.PermissionError):
					doors.call_rest("DELETE", f"/api/resource/{OPPORTUNITY}/{name}")
		self.assertTrue(frappe.db.exists(OPPORTUNITY, name))

	def test_what_is_no_longer_open_stays(self):
		for status in ("Offer Made", "Won", "Lost", "Rejected"):
			name = factories.make_opportunity(status).name
			sentence = f"{name} is {status} and can't be deleted. Only an Open opportunity can."
			for user in (personas.MANAGER, "Administrator"):
				with as_user(user), self.assertRefused(InputError, sentence):
					frappe.delete_doc(OPPORTUNITY, name)
			self.assertTrue(frappe.db.exists(OPPORTUNITY, name))

	@site_only("Quotation's own arithmetic")
	def test_a_draft_quotation_blocks_it(self):
		name = factories.make_opportunity().name
		quotation = factories.make_quotation(pipeline_opportunity=name)
		with self.assertRefused(
			InputError, f"Quotation {quotation.name} points to {name}. Delete or unlink it first."
		):
			frappe.delete_doc(OPPORTUNITY, name)

	@site_only("Quotation's own arithmetic")
	def test_a_submitted_quotation_blocks_it(self):
		name = factories.make_opportunity().name
		quotation = factories.make_quotation(pipeline_opportunity=name)
		# the stage as it would be had the quotation been linked later
		frappe.db.set_value("Quotation", quotation.name, "docstatus", 1)
		sentence = f"{name} has the submitted Quotation {quotation.name} and can't be deleted."
		with self.assertRefused(InputError, sentence):
			frappe.delete_doc(OPPORTUNITY, name)
