"""A site restored without its encryption key: what is said of the old entries, and how that is accepted (docs/audit.md)."""

from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

import frappe

from crm_pipeline.api import audit as audit_api
from crm_pipeline.api import opportunity as api
from crm_pipeline.audit import integrity, key_break, log, reading
from crm_pipeline.audit.findings import DIFFERS, VANISHED
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY, SETTINGS
from crm_pipeline.domain.audit_chain import ALTERED, MISSING, UNKNOWN_KEY
from crm_pipeline.exceptions import InputError
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.audit import get_all_kinds, get_log, get_problems, under_key
from crm_pipeline.tests.base import PipelineTestCase
from crm_pipeline.tests.users import as_user

REASON = "Restored from the backup of Friday, the key is lost"


class KeyBreakTestCase(PipelineTestCase):
	"""Records whose log was made under a key that is lost."""

	def setUp(self):
		super().setUp()
		with under_key("the old key"):
			self.user = factories.make_user("rita.renamed@example.com", "Sales User")
			self.names = [factories.make_opportunity("Won", sales_engineer=self.user).name for _n in range(3)]
			self.gone = factories.make_opportunity().name
			frappe.delete_doc(OPPORTUNITY, self.gone)
			self.rename("rita.married@example.com")

	def rename(self, name: str) -> None:
		with as_user("Administrator"):
			frappe.rename_doc("User", self.user, name)
		self.user = name

	def accept(self) -> None:
		self.assertTrue(audit_api.accept_key_break(REASON))

	def get_all(self) -> set[tuple]:
		"""Return (kind, record) of everything that is found about these records."""
		own = {*self.names, self.gone, self.user}
		return {
			(problem.kind, problem.reference_name)
			for problem in integrity.find_problems()
			if problem.reference_name in own
		}

	def set_in_entry(self, name: str, **values) -> None:
		frappe.db.set_value(AUDIT_LOG, name, values, update_modified=False)


class TestBeforeItIsAccepted(KeyBreakTestCase):
	def test_old_entries_can_not_be_checked_and_nothing_differs(self):
		self.assertEqual({kind for kind, _name in self.get_all()}, {UNKNOWN_KEY})

	def test_a_record_that_differs_still_does(self):
		frappe.db.set_value(OPPORTUNITY, self.names[0], "status", "Lost", update_modified=False)
		self.assertIn((DIFFERS, self.names[0]), self.get_all())


class TestAccepted(KeyBreakTestCase):
	def test_from_then_on_all_is_in_order(self):
		self.accept()
		self.assertEqual(self.get_all(), set())
		self.assertEqual(get_problems(*self.names), [])

	def test_it_is_an_entry_with_who_and_why(self):
		self.accept()
		told = {(entry.event, entry.user, entry.reason) for entry in get_log(SETTINGS)}
		self.assertEqual(told, {("Key Break Accepted", personas.MANAGER, REASON)})

	def test_work_goes_on(self):
		self.accept()
		api.reopen(self.names[0], "They called again")
		self.rename("rita.third@example.com")
		self.assertEqual(self.get_all(), set())

	def test_an_old_entry_that_is_altered_later_is_found(self):
		self.accept()
		self.set_in_entry(f"{self.names[0]}-0002", reason="Nothing")
		self.assertEqual(self.get_all(), {(ALTERED, self.names[0])})
		self.assertEqual([kind for kind, _entry in get_problems(*self.names)], [ALTERED])

	def test_a_log_that_is_taken_away_later_is_found(self):
		self.accept()
		frappe.db.delete(AUDIT_LOG, {"reference_name": self.gone})
		self.assertIn((MISSING, self.gone), self.get_all())

	def test_an_entry_that_is_added_later_under_the_old_key_is_found(self):
		self.accept()
		with under_key("the old key"):
			name = factories.make_opportunity().name
		self.names.append(name)
		self.assertEqual(self.get_all(), {(ALTERED, name)})
		self.assertEqual([kind for kind, _entry in get_problems(name)], [ALTERED])

	def test_a_rename_that_is_added_later_under_the_old_key_is_not_followed(self):
		self.accept()
		with under_key("the old key"):
			self.rename("rita.forged@example.com")
		self.assertIn((DIFFERS, self.names[0]), self.get_all())

	def test_a_deletion_that_is_altered_later_is_none(self):
		self.accept()
		self.set_in_entry(f"{self.gone}-0002", reason="Nothing")
		self.assertEqual(self.get_all(), {(ALTERED, self.gone), (VANISHED, self.gone)})

	def test_an_entry_under_a_third_key_can_not_be_checked(self):
		self.accept()
		with under_key("a third key"):
			self.names.append(factories.make_opportunity().name)
		self.assertEqual(self.get_all(), {(UNKNOWN_KEY, self.names[-1])})

	def test_an_acceptance_that_is_altered_is_none(self):
		self.accept()
		for entry in get_log(SETTINGS):
			self.set_in_entry(entry.name, reason="Nothing")
		kinds = {kind for kind, _name in self.get_all()}
		self.assertEqual(kinds, {UNKNOWN_KEY})
		self.assertIn(ALTERED, get_all_kinds())

	def test_one_part_that_is_taken_away_leaves_its_logs_unaccepted(self):
		with patch.object(reading, "BATCH_SIZE", 2):
			self.accept()
		parts = [entry.name for entry in get_log(SETTINGS) if entry.changes["doctype"] == OPPORTUNITY]
		self.assertGreater(len(parts), 1)
		frappe.db.delete(AUDIT_LOG, {"name": parts[0]})
		found = {name for kind, name in self.get_all() if kind == ALTERED}
		self.assertTrue(found)
		self.assertLess(found, {*self.names, self.gone, self.user})

	def test_in_small_parts_it_is_the_same(self):
		with patch.object(reading, "BATCH_SIZE", 1):
			self.accept()
			self.assertEqual(self.get_all(), set())
		self.assertEqual(self.get_all(), set())

	def test_a_second_break_is_accepted_like_the_first(self):
		self.accept()
		with under_key("the newest key"):
			self.assertEqual({kind for kind, _name in self.get_all()}, {UNKNOWN_KEY})
			self.accept()
			self.assertEqual(self.get_all(), set())
			self.set_in_entry(f"{self.names[0]}-0002", reason="Nothing")
			self.assertEqual(self.get_all(), {(ALTERED, self.names[0])})


class TestWhoAndWhen(KeyBreakTestCase):
	def test_it_is_for_managers(self):
		for user in (personas.ENGINEER, personas.APPLICATION_ENGINEER, personas.OUTSIDER):
			with self.subTest(user), as_user(user), self.assertRaises(frappe.PermissionError):
				audit_api.accept_key_break(REASON)

	def test_it_needs_a_reason(self):
		with self.assertRefused(InputError, "The reason is missing"):
			audit_api.accept_key_break(" ")

	def test_it_is_accepted_once(self):
		self.accept()
		with self.assertRefused(InputError, "there is no key break to accept"):
			self.accept()

	def test_many_entries_are_left_to_a_job(self):
		with patch.object(key_break, "MOST_AT_ONCE", 1), patch("frappe.enqueue") as enqueued:
			self.assertFalse(audit_api.accept_key_break(REASON))
		self.assertEqual(enqueued.call_args.args[0], key_break.JOB)
		self.assertEqual(frappe.get_attr(key_break.JOB), key_break.accept)


class TestClocks(PipelineTestCase):
	"""The order of entries is that of their stamps, whatever the site's clock showed."""

	def test_a_clock_that_was_set_back(self):
		doc = factories.make_opportunity(
			sales_engineer=factories.make_user("zoe.zone@example.com", "Sales User")
		)
		with as_user("Administrator"), patch("crm_pipeline.audit.log.now_datetime") as shown:
			shown.return_value = frappe.utils.now_datetime() - timedelta(hours=9)
			frappe.rename_doc("User", "zoe.zone@example.com", "zoe.west@example.com")
		self.assertEqual(get_problems(doc.name), [])

	def test_a_log_goes_on_after_its_last_entry(self):
		lead = factories.make_lead().name
		for hours in (0, -9, -3, 2):
			with patch("crm_pipeline.audit.log.now_datetime") as shown:
				shown.return_value = frappe.utils.now_datetime() + timedelta(hours=hours)
				log.log_conversion(lead, personas.CUSTOMER)
		self.assertEqual([entry.name[-4:] for entry in get_log(lead)], ["0001", "0002", "0003", "0004"])
		self.assertEqual(
			[problem for problem in integrity.find_problems() if problem.reference_name == lead], []
		)

	def test_entries_of_former_versions_come_before_those_with_a_stamp(self):
		with patch("crm_pipeline.audit.log.clock", SimpleNamespace(get_microseconds=lambda: None)):
			user = factories.make_user("olga.old@example.com", "Sales User")
			doc = factories.make_opportunity(sales_engineer=user)
		with as_user("Administrator"):
			frappe.rename_doc("User", user, "olga.new@example.com")
		self.assertEqual(get_problems(doc.name), [])
