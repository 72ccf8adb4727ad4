"""Free text is taken out of the log on the record, and the log can still be checked (docs/audit.md)."""

import frappe

from crm_pipeline.api import audit as audit_api
from crm_pipeline.api import opportunity as api
from crm_pipeline.audit.integrity import find_problems
from crm_pipeline.audit.redaction import TEXT_LEFT
from crm_pipeline.constants import AUDIT_LOG, OPPORTUNITY
from crm_pipeline.domain.audit_chain import ALTERED, CUT_TAIL, UNKNOWN_KEY
from crm_pipeline.exceptions import AppendOnlyError, InputError
from crm_pipeline.form.timeline import get_lines
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.audit import get_events, get_log, get_problems, under_key
from crm_pipeline.tests.base import PipelineTestCase, site_only
from crm_pipeline.tests.users import as_user

TEXT = "Mr Smith (smith@example.com) was rude"
WHY = "Asked for by Mr Smith"


def find_problems_of(name: str) -> list[str]:
	return [problem.kind for problem in find_problems() if problem.reference_name == name]


class RedactionTestCase(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.name = self.make_lost()
		self.entry = f"{self.name}-0002"
		self.former = get_log(self.name)[1]

	def make_lost(self, text: str = TEXT) -> str:
		name = factories.make_opportunity().name
		api.mark_lost(name, [personas.REASON_WITH_DETAIL], text)
		return name

	def redact(self, entry: str | None = None) -> None:
		with as_user(personas.ORG_ADMIN):
			audit_api.redact(entry or self.entry, WHY)

	def set_in_entry(self, **values) -> None:
		frappe.db.set_value(AUDIT_LOG, self.entry, values, update_modified=False)


class TestRedacted(RedactionTestCase):
	def test_the_text_is_gone_everywhere_and_all_is_in_order(self):
		self.redact()
		record = frappe.get_doc(OPPORTUNITY, self.name)
		self.assertEqual(record.outcome_detail, TEXT_LEFT)
		self.assertNotIn("Smith", str([{**entry, "reason": ""} for entry in get_log(self.name)]))
		self.assertEqual(get_log(self.name)[1].reason, TEXT_LEFT)
		self.assertEqual(get_problems(self.name), [])

	def test_the_log_says_who_and_why(self):
		self.redact()
		entry = get_log(self.name)[-1]
		self.assertEqual((entry.event, entry.user, entry.reason), ("Redacted", personas.ORG_ADMIN, WHY))
		self.assertEqual(
			(entry.changes["entry"], entry.from_status, entry.to_status), (self.entry, "Lost", "Lost")
		)
		self.assertIn("redacted an entry of the audit log", get_lines(OPPORTUNITY, self.name)[0]["content"])

	def test_work_goes_on(self):
		self.redact()
		api.reopen(self.name, "They called again")
		self.redact(get_log(self.name)[-1].name)
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, self.name, "reopen_reason"), TEXT_LEFT)
		doors.save(self.name, {"potential_value": 5})
		self.assertEqual(get_problems(self.name), [])

	def test_what_was_written_since_stays(self):
		api.correct(self.name, "A typo", outcome_detail="Too slow")
		self.redact()
		self.assertEqual(frappe.db.get_value(OPPORTUNITY, self.name, "outcome_detail"), "Too slow")
		self.assertEqual(get_problems(self.name), [])

	def test_the_same_words_in_another_layout(self):
		for text in (f"{TEXT}  \n", f"  {TEXT.replace(' ', chr(10))}", TEXT.upper(), f"\u200b{TEXT}"):
			with self.subTest(text):
				name = self.make_lost(text)
				api.correct(name, "A typo", outcome_detail="Too slow")
				api.correct(name, "Once more", outcome_detail=TEXT)
				self.redact(f"{name}-0004")
				self.assertNotIn("smith", str(get_log(name)[:4]).lower())
				self.assertEqual(get_problems(name), [])

	def test_the_name_of_a_lost_reason_is_no_free_text(self):
		reasons = [personas.REASON_WITH_DETAIL, personas.REASON]
		name = factories.make_opportunity().name
		api.mark_lost(name, reasons, personas.REASON)
		api.reopen(name, personas.REASON)
		api.mark_lost(name, [personas.REASON])
		self.redact(f"{name}-0002")
		told = [entry.reason for entry in get_log(name)]
		self.assertEqual(told[1:4], [TEXT_LEFT, TEXT_LEFT, personas.REASON])
		self.assertEqual(get_problems(name), [])

	@site_only("copies of deleted documents")
	def test_a_copy_that_is_restored_does_not_bring_it_back(self):
		api.reopen(self.name, f"{TEXT} again")
		frappe.delete_doc(OPPORTUNITY, self.name)
		self.redact()
		self.redact(f"{self.name}-0003")
		copies = frappe.get_all("Deleted Document", {"deleted_name": self.name}, pluck="data")
		self.assertEqual((len(copies), "smith" in copies[0].lower()), (1, False))

	def test_the_reason_of_a_reopening_is_not_that_of_a_new_record(self):
		self.assertFalse(factories.make_opportunity(reopen_reason=TEXT).reopen_reason)

	def test_undone_on_a_deleted_record_s_log_it_is_found(self):
		api.reopen(self.name, "They called again")
		frappe.delete_doc(OPPORTUNITY, self.name)
		former = [frappe.get_doc(AUDIT_LOG, entry.name) for entry in get_log(self.name)]
		self.redact()
		self.assertEqual(find_problems_of(self.name), [])
		for rows in (former, []):
			frappe.db.delete(AUDIT_LOG, {"reference_name": self.name})
			for row in rows:
				row.db_insert()
			self.assertEqual(find_problems_of(self.name), [CUT_TAIL])

	def test_a_tombstone_can_be_redacted_too(self):
		self.redact()
		self.redact(get_log(self.name)[-1].name)
		self.assertNotIn("Smith", str(get_log(self.name)[:-1]))
		self.assertEqual(get_problems(self.name), [])

	def test_any_other_content_is_an_altered_entry(self):
		self.redact()
		former = {"reason": self.former.reason, "details": self.former.details}
		for values in ({"reason": "Nothing"}, {"amount": 5}, former, {"entry_hash": "f" * 64}):
			frappe.db.savepoint("entry")
			with self.subTest(values):
				self.set_in_entry(**values)
				self.assertIn((ALTERED, self.entry), get_problems(self.name))
			frappe.db.rollback(save_point="entry")

	def test_a_tombstone_that_is_taken_away_or_altered_leaves_an_altered_entry(self):
		self.redact()
		tombstone = get_log(self.name)[-1].name
		frappe.db.set_value(AUDIT_LOG, tombstone, "user", personas.MANAGER, update_modified=False)
		self.assertIn((ALTERED, self.entry), get_problems(self.name))
		frappe.db.delete(AUDIT_LOG, {"name": tombstone})
		self.assertIn((ALTERED, self.entry), get_problems(self.name))

	def test_a_deleted_record_s_log_too(self):
		name = factories.make_opportunity().name
		doors.save(name, {"potential_value": 5})
		api.mark_lost(name, [personas.REASON_WITH_DETAIL], TEXT)
		api.reopen(name, "They called again")
		frappe.delete_doc(OPPORTUNITY, name)
		self.redact(f"{name}-0003")
		self.assertNotIn("rude", str(get_log(name)))
		self.assertEqual([problem for problem in find_problems() if problem.reference_name == name], [])


class TestRedactedAfterAKeyBreak(RedactionTestCase):
	def setUp(self):
		super().setUp()
		frappe.db.delete(AUDIT_LOG)
		with under_key("the old key"):
			self.name = self.make_lost()
			self.entry = f"{self.name}-0002"

	def test_one_that_can_not_be_checked_is_not_redacted(self):
		with self.assertRefused(AppendOnlyError, "can't be checked or was altered"):
			self.redact()
		self.assertEqual({kind for kind, _entry in get_problems(self.name)}, {UNKNOWN_KEY})

	def test_once_accepted_it_is(self):
		former = get_log(self.name)[1]
		audit_api.accept_key_break("The key is lost")
		self.redact()
		self.assertEqual(get_problems(self.name), [])
		for values in ({"reason": "Nothing"}, {"reason": former.reason, "details": former.details}):
			self.set_in_entry(**values)
			self.assertIn(ALTERED, [kind for kind, _entry in get_problems(self.name)])

	def test_one_redacted_before_is_accepted_as_it_stands(self):
		with under_key("the old key"):
			self.redact()
		audit_api.accept_key_break("The key is lost")
		self.assertEqual(get_problems(self.name), [])


class TestWhoMayRedact(RedactionTestCase):
	def test_system_managers_alone(self):
		for user in (personas.MANAGER, personas.ENGINEER, personas.OUTSIDER):
			with self.subTest(user), as_user(user), self.assertRaises(frappe.PermissionError):
				audit_api.redact(self.entry, WHY)
		self.assertEqual(get_events(self.name), ["Created", "Lost"])

	def test_refusals(self):
		with as_user(personas.ORG_ADMIN):
			for entry, why, message in (
				(self.entry, " ", "The reason is missing"),
				(self.entry, "x" * 200_000, "Shorten it"),
				(self.entry, "<b>Asked for</b>", "contains HTML"),
				(f"{self.name}-0001", WHY, "holds no free text"),
			):
				with self.subTest(message), self.assertRefused(InputError, message):
					audit_api.redact(entry, why)
			with self.assertRefused(frappe.DoesNotExistError, "There is no entry"):
				audit_api.redact("OPP-0-0001", WHY)

	def test_an_altered_entry_is_not_covered_up(self):
		self.set_in_entry(user=personas.MANAGER, amount=5)
		with self.assertRefused(AppendOnlyError, "can't be checked or was altered"):
			self.redact()
