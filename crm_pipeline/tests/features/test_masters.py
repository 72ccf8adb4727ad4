"""Masters are seeded once; a disabled one can't be chosen anew and stays valid where it stands."""

from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from crm_pipeline import install, seeds
from crm_pipeline.api import opportunity as api
from crm_pipeline.exceptions import InputError, TransitionError
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.base import PipelineTestCase
from crm_pipeline.tests.users import as_user

# field of the opportunity → (DocType of the master, its name in the cast, label)
MASTERS = {
	"region": ("Pipeline Region", personas.REGION, "Region"),
	"product_line": ("Pipeline Product Line", personas.PRODUCT_LINE, "Product Line"),
	"opportunity_type": ("Pipeline Opportunity Type", personas.OPPORTUNITY_TYPE, "Opportunity Type"),
	"source": ("Pipeline Source", personas.SOURCE, "Source"),
}


def disable(doctype: str, name: str) -> None:
	with as_user("Administrator"):
		frappe.get_doc(doctype, name).update({"disabled": 1}).save()


class TestDisabledMasters(PipelineTestCase):
	def test_a_disabled_master_is_not_chosen_for_a_new_record(self):
		for fieldname, (doctype, name, label) in MASTERS.items():
			with self.subTest(fieldname):
				frappe.db.savepoint("master")
				disable(doctype, name)
				with self.assertRefused(InputError, f"{label} {name} is disabled. Choose another one."):
					factories.make_opportunity(**{fieldname: name})
				frappe.db.rollback(save_point="master")
				frappe.clear_document_cache(doctype, name)

	def test_it_stays_valid_on_an_old_one(self):
		values = {fieldname: name for fieldname, (_doctype, name, _label) in MASTERS.items()}
		doc = factories.make_opportunity(**values)
		for doctype, name, _label in MASTERS.values():
			disable(doctype, name)
		doors.save_form(doc.name, {"next_step": "Call"})
		self.assertEqual(api.make_offer(doc.name)["status"], "Offer Made")

	def test_an_old_record_does_not_move_to_a_disabled_one(self):
		doc = factories.make_opportunity()
		disable("Pipeline Region", personas.OTHER_REGION)
		with self.assertRefused(
			InputError, f"Region {personas.OTHER_REGION} is disabled. Choose another one."
		):
			doors.save(doc.name, {"region": personas.OTHER_REGION})

	def test_a_disabled_reason_closes_nothing(self):
		disable("Pipeline Lost Reason", personas.REASON)
		doc = factories.make_opportunity()
		with self.assertRefused(
			TransitionError, f"Lost reason {personas.REASON} is disabled. Choose another one."
		):
			api.mark_lost(doc.name, [personas.REASON])

	def test_a_disabled_reason_stays_through_a_correction(self):
		doc = factories.make_opportunity("Lost")
		disable("Pipeline Lost Reason", personas.REASON)
		corrected = api.correct(
			doc.name, "There was a second one", lost_reasons=[personas.REASON, personas.REASON_FOR_LOST]
		)
		self.assertEqual(len(corrected["lost_reasons"]), 2)


class TestSeeds(PipelineTestCase):
	def test_a_site_starts_with_them(self):
		for doctype, names in {
			"Pipeline Product Line": seeds.PRODUCT_LINES,
			"Pipeline Business Unit": seeds.BUSINESS_UNITS,
			"Pipeline Opportunity Type": seeds.OPPORTUNITY_TYPES,
			"Pipeline Lost Reason": seeds.LOST_REASONS,
			"Pipeline Region": seeds.REGIONS,
		}.items():
			for name in names:
				self.assertTrue(frappe.db.exists(doctype, name), f"{doctype} {name}")

	def test_seeding_again_overwrites_nothing(self):
		disable("Pipeline Product Line", "Pump")
		with as_user("Administrator"):
			install.seed_masters()
		self.assertEqual(frappe.db.get_value("Pipeline Product Line", "Pump", "disabled"), 1)

	def test_a_migrate_brings_nothing_back(self):
		with (
			as_user("Administrator"),
			# DDL commits: columns, sequence and indexes are left out
			patch.object(install.custom_fields, "create"),
			patch.object(install, "set_up_sequence"),
			patch.object(install.indexes, "make_all") as make_all,
		):
			frappe.delete_doc("Pipeline Lost Reason", "No budget")
			install.after_migrate()
		self.assertFalse(frappe.db.exists("Pipeline Lost Reason", "No budget"))
		make_all.assert_called_once()

	def test_regions_form_a_tree(self):
		from frappe.utils.nestedset import get_descendants_of

		regions = set(get_descendants_of("Pipeline Region", seeds.SAMPLE_STATE, ignore_permissions=True))
		self.assertLessEqual({"Chennai", "Outer Chennai", "Coimbatore"}, regions)

	def test_settings_work_untouched(self):
		settings = frappe.get_doc("Pipeline Settings")
		self.assertFalse(settings.allow_zero_won_value or settings.auto_close)
		self.assertTrue(settings.win_on_sales_order and settings.auto_close_after_days > 0)


class TestMasterRules(PipelineTestCase):
	def test_no_rule_hangs_on_a_name(self):
		with as_user("Administrator"):
			frappe.rename_doc("Pipeline Lost Reason", personas.REASON_FOR_LOST, "Incumbent kept")
		doc = factories.make_opportunity()
		self.assertEqual(api.mark_lost(doc.name, ["Incumbent kept"])["status"], "Lost")

	def test_a_member_stands_once_in_a_region(self):
		members = [{"user": personas.ENGINEER}, {"user": personas.ENGINEER}]
		sentence = f"Row 1: {personas.ENGINEER} is already a member. Remove one of the rows."
		with self.assertRefused(InputError, sentence):
			factories.make_region("Testland West", members=members)

	def test_an_absence_does_not_end_before_it_starts(self):
		today, tomorrow = nowdate(), add_days(nowdate(), 1)
		member = {"user": personas.ENGINEER, "out_of_office_from": tomorrow, "out_of_office_to": today}
		with self.assertRefused(
			InputError, f"can't be out of office from {tomorrow} to {today}. Swap the dates."
		):
			factories.make_region("Testland West", members=[member])

	def test_engineers_choose_masters_and_do_not_edit_them(self):
		for doctype, _name, _label in MASTERS.values():
			for user in (personas.ENGINEER, personas.APPLICATION_ENGINEER):
				self.assertTrue(frappe.has_permission(doctype, "read", user=user), doctype)
				self.assertFalse(frappe.has_permission(doctype, "write", user=user), doctype)
				self.assertFalse(frappe.has_permission(doctype, "create", user=user), doctype)

	def test_managers_edit_masters(self):
		for doctype, _name, _label in MASTERS.values():
			for user in (personas.MANAGER, personas.ORG_ADMIN):
				self.assertTrue(frappe.has_permission(doctype, "create", user=user), doctype)
