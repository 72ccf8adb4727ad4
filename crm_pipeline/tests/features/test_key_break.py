"""A site restored without its encryption key: what is said of the old entries, and how that is accepted (docs/audit.md)."""

from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

import frappe

from crm_pipeline.api import audit as audit_api
from crm_pipeline.api import opportunity as api
from crm_pipeline.audit import integrity, key_break, log, reading
from crm_pipeline.audit.findings import DIFFERS, VANISHED
from crm_pipeline.audit.trust import Trust
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY, SETTINGS
from crm_pipeline.domain import audit_chain
from crm_pipeline.domain.audit_chain import ALTERED, CUT_TAIL, MISSING, UNKNOWN_KEY, get_key_id
from crm_pipeline.exceptions import InputError
from crm_pipeline.patches.v0_1 import remember_end_of_settings_log
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.audit import get_all_kinds, get_log, get_problems, under_key
from crm_pipeline.tests.base import PipelineTestCase
from crm_pipeline.tests.users import as_user

REASON = "Restored from the backup of Friday, the key is lost"


class KeyBreakTestCase(PipelineTestCase):
	"""Records whose log was made under a key that is lost."""

	def setUp(self):
		super().setUp()
		frappe.db.delete(AUDIT_LOG)
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
		self.assertTrue(audit_api.accept_key_break(REASON)["is_done"])

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
		for entry in get_log(SETTINGS):
			self.assertIn("entries of 5 logs", entry.changes["scope"])
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
		self.assertEqual({kind for kind, _entry in get_problems(name)}, {ALTERED})

	def test_a_rename_that_is_added_later_under_the_old_key_is_not_followed(self):
		self.accept()
		with under_key("the old key"):
			self.rename("rita.forged@example.com")
		self.assertIn((DIFFERS, self.names[0]), self.get_all())

	def test_a_deletion_that_is_altered_later_is_none(self):
		self.accept()
		self.set_in_entry(f"{self.gone}-0002", reason="Nothing")
		self.assertEqual(self.get_all(), {(ALTERED, self.gone), (VANISHED, self.gone)})

	def test_an_entry_under_a_third_key_is_altered_and_not_accepted(self):
		self.accept()
		with under_key("a third key"):
			self.names.append(factories.make_opportunity().name)
		self.assertEqual(self.get_all(), {(ALTERED, self.names[-1])})
		with self.assertRefused(InputError, "there is no key break to accept"):
			self.accept()

	def test_a_forged_entry_is_not_accepted_with_the_lost_ones(self):
		name = factories.make_opportunity().name
		api.make_offer(name)
		self.names.append(name)
		self.set_in_entry(f"{name}-0002", key_id="deadbeefdeadbeef", reason="forged")
		told = audit_api.accept_key_break(REASON)["accepted"]
		self.assertNotIn("deadbeef", told)
		self.assertEqual(self.get_all(), {(ALTERED, name)})

	def test_a_forged_entry_with_the_lost_key_s_name_stays_a_finding(self):
		name = factories.make_opportunity().name
		api.make_offer(name)
		self.names.append(name)
		self.set_in_entry(f"{name}-0002", key_id=get_key_id("the old key"), reason="forged")
		for date in (frappe.utils.now_datetime(), "2001-01-01"):
			self.set_in_entry(f"{name}-0002", at=date, at_utc=1)
			self.assertIn((ALTERED, name), self.get_all())
		self.accept()
		self.assertEqual(self.get_all(), {(ALTERED, name)})

	def test_what_was_altered_since_is_not_accepted_again(self):
		self.accept()
		self.set_in_entry(f"{self.names[0]}-0002", reason="Nothing")
		self.set_in_entry(f"{self.names[1]}-0001", key_id="deadbeefdeadbeef", at_utc=1)
		with self.assertRefused(InputError, "there is no key break to accept"):
			self.accept()
		self.assertLessEqual({(ALTERED, self.names[0]), (ALTERED, self.names[1])}, self.get_all())

	def test_an_acceptance_that_is_taken_away_is_named_and_can_not_be_given_again(self):
		self.accept()
		entries = [entry.name for entry in get_log(SETTINGS)]
		for taken in (entries[-1:], entries):
			frappe.db.delete(AUDIT_LOG, {"name": ("in", taken)})
			self.assertIn(CUT_TAIL, get_all_kinds())
			with self.assertRefused(InputError, "was altered itself"):
				self.accept()

	def test_the_settings_keep_the_end_of_their_log(self):
		self.accept()
		with as_user("Administrator"):
			frappe.get_doc(SETTINGS).update({"audit_count": 0, "audit_hash": ""}).save()
		self.assertEqual(reading.get_remembered_end()[0], len(get_log(SETTINGS)))
		self.assertEqual(get_all_kinds(), [])

	def test_an_acceptance_of_a_former_version_is_given_an_end(self):
		self.accept()
		log.remember_end_of_settings(0, "")
		remember_end_of_settings_log.execute()
		self.assertEqual(get_all_kinds(), [])

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


class TestDecoys(KeyBreakTestCase):
	"""Entries that somebody without a key puts beside the real ones, so that those are not found or not accepted."""

	def put(self, **values) -> None:
		entry = frappe.get_doc(AUDIT_LOG, f"{self.gone}-0001").as_dict()
		entry |= {"doctype": AUDIT_LOG, "name": "0-1", "previous_hash": "0", "at": "1990-01-01", **values}
		frappe.get_doc(entry).db_insert()

	def test_a_key_in_another_spelling(self):
		self.put(reference_name="0", key_id=get_key_id("the old key").upper())
		self.assertIn(get_key_id("the old key"), audit_api.preview_key_break())
		self.accept()
		self.assertEqual(self.get_all(), set())
		self.assertIn(ALTERED, get_all_kinds())

	def test_a_doctype_in_another_spelling(self):
		for doctype in (OPPORTUNITY.upper(), "USER"):
			self.put(name=f"0-{doctype}", reference_name="A", reference_doctype=doctype)
		self.accept()
		self.assertEqual(get_all_kinds(), [ALTERED, ALTERED])
		frappe.db.delete(AUDIT_LOG, {"name": ("like", "0-%")})
		self.assertEqual(get_all_kinds(), [])


class TestWhenTheKeyCameIntoUse(PipelineTestCase):
	"""Nothing under another key is older than the first entry of the site's key, whatever became of that."""

	def setUp(self):
		super().setUp()
		frappe.db.delete(AUDIT_LOG)
		reason = {"lost_reason": personas.REASON_WITH_DETAIL}
		self.first = factories.make_history(lost_reasons=[reason], outcome_detail="Mr Smith was rude").name
		self.name = factories.make_opportunity().name

	def forge(self, name: str, **values) -> None:
		entry = frappe.get_doc(AUDIT_LOG, f"{self.first}-0001").as_dict()
		entry |= {
			"doctype": AUDIT_LOG,
			"name": f"{name}-0001",
			"reference_name": name,
			"entry_hash": "f" * 64,
		}
		frappe.get_doc({**entry, **values}).db_insert()

	def test_that_it_was_redacted_moves_nothing(self):
		at_utc = get_log(self.first)[0].at_utc + 1
		self.forge("F", key_id="deadbeefdeadbeef", event="Deleted", at_utc=at_utc)
		with as_user(personas.ORG_ADMIN):
			audit_api.redact(f"{self.first}-0001", "Asked for by Mr Smith")
		self.assertIn(ALTERED, get_all_kinds())
		with self.assertRefused(InputError, "there is no key break to accept"):
			audit_api.accept_key_break(REASON)

	def test_behind_many_forged_entries_it_is_found_too(self):
		for number in range(7):
			self.forge(f"Q{number}", at_utc=number // 2 or None, at=f"2001-01-0{number + 1}")
		expected = audit_chain.get_moment(get_log(self.first)[0])
		with patch.multiple(reading, FEW=2, BATCH_SIZE=2):
			self.assertEqual(Trust().began, expected)


class TestWhoAndWhen(KeyBreakTestCase):
	def test_it_is_for_managers(self):
		for user in (personas.ENGINEER, personas.APPLICATION_ENGINEER, personas.OUTSIDER):
			with self.subTest(user), as_user(user), self.assertRaises(frappe.PermissionError):
				audit_api.accept_key_break(REASON)

	def test_it_says_beforehand_and_afterwards_what_is_accepted(self):
		count = frappe.db.count(AUDIT_LOG)
		told = audit_api.preview_key_break()
		self.assertIn(f"{count} entries of 5 logs", told)
		self.assertIn(get_key_id("the old key"), told)
		self.assertEqual(audit_api.accept_key_break(REASON)["accepted"], told)
		for user in (personas.ENGINEER, personas.OUTSIDER):
			with self.subTest(user), as_user(user), self.assertRaises(frappe.PermissionError):
				audit_api.preview_key_break()

	def test_entries_without_a_value_stop_nothing(self):
		for position, fieldname in enumerate(("reference_doctype", "reference_name", "key_id")):
			self.set_in_entry(f"{self.names[position]}-0001", **{fieldname: None})
		self.accept()
		found = {problem.entry for problem in integrity.find_problems() if problem.kind == ALTERED}
		self.assertLessEqual({f"{name}-0001" for name in self.names}, found)

	def test_a_reason_is_plain_and_short(self):
		for reason, message in (("x" * 70_000, "Shorten it"), ("<b>lost</b>", "contains HTML")):
			with self.subTest(message), self.assertRefused(InputError, message):
				audit_api.accept_key_break(reason)

	def test_it_needs_a_reason(self):
		with self.assertRefused(InputError, "The reason is missing"):
			audit_api.accept_key_break(" ")

	def test_it_is_accepted_once(self):
		self.accept()
		with self.assertRefused(InputError, "there is no key break to accept"):
			self.accept()

	def test_many_entries_are_left_to_a_job(self):
		with patch.object(key_break, "MOST_AT_ONCE", 1), patch("frappe.enqueue") as enqueued:
			self.assertFalse(audit_api.accept_key_break(REASON)["is_done"])
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
