"""The audit log is append-only and chained, and a check names what was done behind its back (docs/audit.md)."""

import json
import re
from types import SimpleNamespace
from unittest.mock import patch

import frappe
import frappe.client
from frappe.utils import add_to_date, now_datetime

from crm_pipeline.api import audit as audit_api
from crm_pipeline.api import opportunity as api
from crm_pipeline.audit import integrity, log, trust
from crm_pipeline.audit.findings import Findings
from crm_pipeline.audit.reading import FIELDS, MASTERS
from crm_pipeline.constants import AUDIT_LOG, LOST_REASON_ROW, OPPORTUNITY, SETTINGS
from crm_pipeline.exceptions import AppendOnlyError, InputError
from crm_pipeline.form import history
from crm_pipeline.tasks import check_audit_log
from crm_pipeline.tests import doors, factories, personas
from crm_pipeline.tests.audit import get_events, get_log, get_problems
from crm_pipeline.tests.base import IS_SANDBOX, PipelineTestCase, site_only
from crm_pipeline.tests.clocks import backdate
from crm_pipeline.tests.users import as_user


class TestEvents(PipelineTestCase):
	def test_a_record_s_life_is_told_in_order(self):
		doc = factories.make_opportunity()
		api.make_offer(doc.name)
		api.mark_lost(doc.name, [personas.REASON])
		api.reopen(doc.name, "They called again")
		api.mark_rejected(doc.name, [personas.REASON])
		self.assertEqual(get_events(doc.name), ["Created", "Offer Made", "Lost", "Reopened", "Rejected"])

	def test_an_entry_says_who_when_from_where_and_why(self):
		doc = factories.make_opportunity()
		with as_user(personas.ENGINEER):
			api.mark_lost(doc.name, [personas.REASON], "Two weeks too late")
		entry = get_log(doc.name)[-1]
		self.assertEqual(
			(entry.user, entry.from_status, entry.to_status), (personas.ENGINEER, "Open", "Lost")
		)
		self.assertEqual(entry.reason, f"{personas.REASON}: Two weeks too late")
		self.assertLess(entry.at, add_to_date(now_datetime(), seconds=1))

	def test_it_says_how_long_the_record_stood_where_it_was(self):
		doc = factories.make_opportunity()
		opened_on = add_to_date(now_datetime(), hours=-5)
		backdate(doc.name, status_changed_on=opened_on)
		api.make_offer(doc.name)
		self.assertAlmostEqual(get_log(doc.name)[-1].seconds_in_status, 5 * 3600, delta=60)

	def test_amounts_carry_their_currency(self):
		doc = factories.make_opportunity("Offer Made", currency="USD", conversion_rate=80, potential_value=70)
		api.mark_won(doc.name, 65.5)
		amounts = [(entry.amount, entry.currency) for entry in get_log(doc.name)]
		self.assertEqual(amounts, [(70, "USD"), (70, "USD"), (65.5, "USD")])

	def test_what_is_sealed_is_what_is_stored(self):
		for value in (-0.0, 1000.12345678951, 0.0000000005, 123456789.123456789):
			with self.subTest(value):
				name = factories.make_opportunity(potential_value=value).name
				self.assertEqual(get_problems(name), [])

	def test_reassigning_is_an_event(self):
		doc = factories.make_opportunity()
		doors.save(doc.name, {"sales_engineer": personas.OTHER_ENGINEER})
		entry = get_log(doc.name)[-1]
		self.assertEqual(entry.event, "Reassigned")
		change = {"from": personas.ENGINEER, "to": personas.OTHER_ENGINEER}
		self.assertEqual(entry.changes, {"sales_engineer": change})

	def test_changing_a_value_is_an_event(self):
		doc = factories.make_opportunity(potential_value=1000)
		doors.save(doc.name, {"potential_value": 800})
		entry = get_log(doc.name)[-1]
		self.assertEqual(
			(entry.event, entry.changes), ("Corrected", {"potential_value": {"from": 1000, "to": 800}})
		)

	def test_one_save_may_be_several_events(self):
		doc = factories.make_opportunity()
		doors.save(doc.name, {"status": "Offer Made", "sales_engineer": personas.OTHER_ENGINEER})
		self.assertEqual(get_events(doc.name), ["Created", "Offer Made", "Reassigned"])
		self.assertEqual(get_problems(doc.name), [])

	def test_a_lead_that_becomes_a_customer_is_an_event(self):
		lead = factories.make_lead()
		doc = factories.make_opportunity(opportunity_from="Lead", party_name=lead.name)
		doors.save(doc.name, {"opportunity_from": "Customer", "party_name": personas.CUSTOMER})
		self.assertEqual(get_events(doc.name), ["Created", "Lead Converted"])
		self.assertEqual(
			frappe.db.get_value(OPPORTUNITY, doc.name, ["lead", "customer"]), (lead.name, personas.CUSTOMER)
		)

	def test_what_is_not_audited_adds_no_entry(self):
		doc = factories.make_opportunity()
		doors.save(
			doc.name, {"next_step": "Call", "notes": "<p>Private</p>", "contact_email": "a@example.com"}
		)
		self.assertEqual(get_events(doc.name), ["Created"])

	def test_details_hold_no_contact_data_or_text(self):
		doc = factories.make_opportunity(contact_email="buyer@example.com", notes="<p>Private</p>")
		text = str(get_log(doc.name))
		self.assertNotIn("buyer@example.com", text)
		self.assertNotIn("Private", text)

	def test_a_refused_save_adds_no_entry(self):
		doc = factories.make_opportunity()
		with self.assertRaises(frappe.ValidationError):
			doors.save(doc.name, {"status": "Won", "won_value": 5})
		self.assertEqual(get_events(doc.name), ["Created"])


class TestChain(PipelineTestCase):
	def test_each_entry_carries_the_hash_of_the_one_before(self):
		doc = factories.make_opportunity("Won")
		entries = get_log(doc.name)
		self.assertEqual([entry.name for entry in entries], [f"{doc.name}-{n:04d}" for n in (1, 2, 3)])
		hashes = ["", *(entry.entry_hash for entry in entries)]
		self.assertEqual([entry.previous_hash for entry in entries], hashes[:-1])
		self.assertTrue(all(re.fullmatch("[0-9a-f]{64}", value) for value in hashes[1:]))

	def test_the_record_remembers_its_end(self):
		doc = factories.make_opportunity("Won").reload()
		self.assertEqual((doc.audit_count, doc.audit_hash), (3, get_log(doc.name)[-1].entry_hash))

	def test_an_untouched_log_has_no_problems(self):
		names = [factories.make_opportunity(status).name for status in factories.OUTCOMES]
		names.append(factories.make_history().name)
		self.assertEqual(get_problems(*names), [])

	def test_two_writers_can_not_continue_the_same_chain(self):
		doc = factories.make_opportunity()
		entry = get_log(doc.name)[0]
		fork = {key: entry[key] for key in ("reference_doctype", "reference_name", "event", "previous_hash")}
		with self.assertRaises((frappe.DuplicateEntryError, frappe.UniqueValidationError)):
			frappe.get_doc({"doctype": AUDIT_LOG, "name": f"{doc.name}-0002", **fork}).db_insert()

	def test_values_of_every_kind_survive_the_database(self):
		doc = factories.make_opportunity(potential_value=1234.567891, currency="USD", conversion_rate=1 / 3)
		api.mark_lost(doc.name, [personas.REASON_WITH_DETAIL], "Größe “ø 40” 泵 \\ ' \" \n Zeile 2 ")
		self.assertEqual(get_problems(doc.name), [])


class TestAppendOnly(PipelineTestCase):
	USERS = (
		personas.ENGINEER,
		personas.APPLICATION_ENGINEER,
		personas.MANAGER,
		personas.ORG_ADMIN,
		"Administrator",
	)
	REFUSALS = (frappe.PermissionError, AppendOnlyError)

	def assertUntouched(self, change):
		doc = factories.make_opportunity(application_engineer=personas.APPLICATION_ENGINEER)
		before = get_log(doc.name)
		for user in self.USERS:
			with self.subTest(user), as_user(user), self.assertRaises(self.REFUSALS):
				change(before[0].name)
		self.assertEqual(get_log(doc.name), before)

	def test_nobody_adds_an_entry(self):
		def add(name):
			frappe.get_doc({"doctype": AUDIT_LOG, "reference_name": name, "event": "Won"}).insert()

		self.assertUntouched(add)

	def test_nobody_changes_an_entry(self):
		self.assertUntouched(lambda name: frappe.get_doc(AUDIT_LOG, name).update({"event": "Won"}).save())
		self.assertUntouched(lambda name: frappe.client.set_value(AUDIT_LOG, name, "reason", "Nothing"))
		self.assertUntouched(lambda name: frappe.get_doc(AUDIT_LOG, name).db_set("reason", "Nothing"))

	def test_nobody_deletes_an_entry(self):
		self.assertUntouched(lambda name: frappe.delete_doc(AUDIT_LOG, name))
		self.assertUntouched(lambda name: frappe.delete_doc(AUDIT_LOG, name, force=True))

	def test_nobody_renames_an_entry(self):
		self.assertUntouched(lambda name: frappe.rename_doc(AUDIT_LOG, name, "OPP-0-0001"))

	def test_permission_flags_do_not_help(self):
		name = get_log(factories.make_opportunity().name)[0].name
		entry = frappe.get_doc(AUDIT_LOG, name)
		entry.flags.ignore_permissions = True
		for change in (entry.save, entry.delete, entry.insert):
			with self.assertRefused(
				AppendOnlyError, f"The audit log is append-only: {name} can't be added, changed"
			):
				change()

	def test_nobody_may_import_into_it(self):
		self.assertFalse(frappe.get_meta(AUDIT_LOG).allow_import)
		for permission in frappe.get_meta(AUDIT_LOG).permissions:
			self.assertFalse(
				permission.create or permission.write or permission.delete or permission.get("import")
			)

	def test_a_record_is_not_renamed(self):
		doc = factories.make_opportunity()
		for user in (personas.MANAGER, "Administrator"):
			with as_user(user), self.assertRaises((AppendOnlyError, frappe.ValidationError)):
				frappe.rename_doc(OPPORTUNITY, doc.name, "OPP-0", force=True)
		self.assertTrue(frappe.db.exists(OPPORTUNITY, doc.name))


class TestTampering(PipelineTestCase):
	"""What is done by SQL, and how the check calls it."""

	def setUp(self):
		super().setUp()
		self.name = factories.make_opportunity("Won").name
		self.entries = [entry.name for entry in get_log(self.name)]
		self.assertEqual(get_problems(self.name), [])

	def test_an_altered_entry(self):
		for fieldname, value in (
			("event", "Lost"),
			("user", personas.ORG_ADMIN),
			("at", add_to_date(now_datetime(), days=-1)),
			("reason", "Nothing"),
			("amount", 1),
			("seconds_in_status", 12345),
			("details", "{}"),
			("to_status", "Lost"),
			("currency", "USD"),
		):
			frappe.db.savepoint("entry")
			with self.subTest(fieldname):
				self.set_in_entry(1, **{fieldname: value})
				self.assertIn((integrity.audit_chain.ALTERED, self.entries[1]), get_problems(self.name))
			frappe.db.rollback(save_point="entry")

	def test_an_unreadable_entry(self):
		for details in (
			"no JSON",
			"[]",
			'"text"',
			"5",
			"null",
			'{"status": 5}',
			'{"status": {"to": {"a": 1}}}',
			"[" * 5000,
		):
			with self.subTest(details[:30]):
				self.set_in_entry(1, details=details)
				self.assertIn((integrity.audit_chain.ALTERED, self.entries[1]), get_problems(self.name))
				self.assertEqual(len(history.get_history(self.name)["entries"]), len(self.entries))

	def test_a_seal_that_is_none(self):
		for seal in ("é" * 64, "", None):
			with self.subTest(seal):
				self.set_in_entry(1, entry_hash=seal)
				self.assertIn((integrity.audit_chain.ALTERED, self.entries[1]), get_problems(self.name))

	def test_no_value_at_all(self):
		api.reopen(self.name, "They called again")
		entry = get_log(self.name)[-1]
		always_filled = ("name", "amount", "seconds_in_status")  # by the database
		filled = [name for name in FIELDS if entry[name] and name not in always_filled]
		self.assertLessEqual({"reference_doctype", "reference_name", "key_id", "at", "reason"}, {*filled})
		for fieldname in filled:
			frappe.db.savepoint("entry")
			with self.subTest(fieldname):
				frappe.db.set_value(AUDIT_LOG, entry.name, fieldname, None, update_modified=False)
				found = {(problem.kind, problem.entry) for problem in integrity.find_problems()}
				self.assertIn((integrity.audit_chain.ALTERED, entry.name), found)
				self.assertTrue(get_problems(self.name))
				self.assertTrue(history.get_history(self.name)["entries"])
				with self.assertRefused(InputError, "there is no key break to accept"):
					audit_api.accept_key_break("The key is lost")
			frappe.db.rollback(save_point="entry")

	def test_an_entry_with_the_name_of_another_key(self):
		"""Nobody lost a key: what claims to be from before is a finding for good, and is not accepted."""
		name = factories.make_opportunity().name
		api.make_offer(name)
		for key_id in ("deadbeef", "deadbeefdeadbeef", "", None):
			for entry in (f"{name}-0001", f"{name}-0002"):
				frappe.db.savepoint("entry")
				with self.subTest((key_id, entry)):
					forged = {"key_id": key_id, "reason": "forged"}
					frappe.db.set_value(AUDIT_LOG, entry, forged, update_modified=False)
					self.assertIn((integrity.audit_chain.ALTERED, entry), get_problems(name))
					with self.assertRefused(InputError, "there is no key break to accept"):
						audit_api.accept_key_break("The key is lost")
				frappe.db.rollback(save_point="entry")

	def test_a_missing_entry(self):
		for position in (0, 1):
			frappe.db.savepoint("entry")
			frappe.db.delete(AUDIT_LOG, {"name": self.entries[position]})
			self.assertIn(
				(integrity.audit_chain.MISSING, self.entries[position + 1]), get_problems(self.name)
			)
			frappe.db.rollback(save_point="entry")

	def test_a_cut_tail(self):
		frappe.db.delete(AUDIT_LOG, {"name": self.entries[2]})
		self.assertIn((integrity.audit_chain.CUT_TAIL, self.entries[1]), get_problems(self.name))

	def test_a_cut_tail_together_with_the_record_s_own_count(self):
		frappe.db.delete(AUDIT_LOG, {"name": self.entries[2]})
		self.set_in_record(audit_count=2)
		self.assertIn((integrity.audit_chain.CUT_TAIL, self.entries[1]), get_problems(self.name))

	def test_a_record_without_log(self):
		frappe.db.delete(AUDIT_LOG, {"reference_name": self.name})
		self.assertEqual(get_problems(self.name), [(integrity.NO_LOG, "")])

	def test_a_record_that_vanished(self):
		frappe.db.delete(OPPORTUNITY, {"name": self.name})
		self.assertIn((integrity.VANISHED, self.name), self.get_all_problems())

	def test_a_record_that_was_deleted_did_not_vanish(self):
		name = factories.make_opportunity().name
		frappe.delete_doc(OPPORTUNITY, name)
		self.assertNotIn((integrity.VANISHED, name), self.get_all_problems())

	def test_an_altered_entry_of_a_deleted_record(self):
		name = factories.make_opportunity().name
		frappe.delete_doc(OPPORTUNITY, name)
		frappe.db.set_value(AUDIT_LOG, f"{name}-0001", "amount", 5, update_modified=False)
		self.assertIn((integrity.audit_chain.ALTERED, name), self.get_all_problems())

	def test_a_deleted_record_that_is_there_again(self):
		name = factories.make_opportunity().name
		frappe.delete_doc(OPPORTUNITY, name)
		entries = get_log(name)
		end = {"audit_count": len(entries), "audit_hash": entries[-1].entry_hash}
		other = factories.make_opportunity().name
		frappe.db.set_value(OPPORTUNITY, other, {"name": name, **end}, update_modified=False)
		self.assertEqual(get_problems(name), [(integrity.DIFFERS, entries[-1].name)])
		frappe.get_doc(OPPORTUNITY, name).update({"potential_value": 5}).save()
		self.assertIn(integrity.DIFFERS, [kind for kind, _entry in get_problems(name)])
		frappe.delete_doc(OPPORTUNITY, name)
		self.assertIn((integrity.VANISHED, name), self.get_all_problems())

	def test_an_entry_in_another_spelling(self):
		"""To the database case and spaces at the end are nothing; to a log, an entry is written exactly like its record."""
		own = {"reference_name": self.name, "reference_doctype": OPPORTUNITY}
		other = {"reference_doctype": SETTINGS, "reference_name": "pipeline settings"}
		for values in (
			{**own, "reference_name": self.name.lower()},
			{**own, "reference_name": f"{self.name} "},
			{**own, "reference_doctype": OPPORTUNITY.upper()},
			{**own, "reference_doctype": f"{OPPORTUNITY} "},
			{**own, "reference_doctype": "Nothing"},
			{**other, "reference_name": "Nothing"},
			other,
			{**other, "reference_doctype": SETTINGS.lower()},
		):
			frappe.db.savepoint("entry")
			with self.subTest(values):
				self.forge("X", 9, previous_hash="forged", **values)
				self.assertEqual(self.get_altered(integrity.find_problems()), {"X-0009"})
				if "Opp" in values["reference_doctype"] and not IS_SANDBOX:
					self.assertEqual(self.get_altered(integrity.find_problems([self.name])), {"X-0009"})
			frappe.db.rollback(save_point="entry")

	def test_an_entry_in_another_spelling_switches_nothing_off(self):
		frappe.db.delete(OPPORTUNITY, {"name": self.name})
		for position, doctype in enumerate((OPPORTUNITY.upper(), f"{OPPORTUNITY} ")):
			self.forge("A", position, reference_doctype=doctype, previous_hash=str(position))
			self.assertIn((integrity.VANISHED, self.name), self.get_all_problems())

	def test_a_record_without_a_name(self):
		row = frappe.get_doc(OPPORTUNITY, self.name)
		for name in ("", " ", "\x01", "\u200b"):
			frappe.db.savepoint("record")
			with self.subTest(name):
				frappe.db.set_value(OPPORTUNITY, row.name, "name", name, update_modified=False)
				self.assertIn((integrity.NO_LOG, name), self.get_all_problems())
			frappe.db.rollback(save_point="record")

	@site_only("dates that are none")
	def test_a_date_that_is_none(self):
		"""Such a one breaks off the database's answer when it is read as a date."""
		self.addCleanup(self.set_mode, frappe.db.sql("select @@sql_mode")[0][0])
		self.set_mode("")
		for date in ("2026-00-00", "0000-00-00 00:00:00"):
			self.set_date(AUDIT_LOG, self.entries[1], "at", date)
			self.set_date(OPPORTUNITY, self.name, "modified", date)
			found = list(integrity.find_problems([self.name]))
			self.assertEqual(self.get_altered(found), {self.entries[1]})
			self.assertTrue(Findings(5).take(found).describe())

	def set_mode(self, mode: str):
		frappe.db.sql("set session sql_mode = %s", (mode,))

	def set_date(self, doctype: str, name: str, fieldname: str, date: str):
		frappe.db.sql(f"update `tab{doctype}` set `{fieldname}` = %s where name = %s", (date, name))

	def test_a_forged_deletion(self):
		frappe.db.delete(OPPORTUNITY, {"name": self.name})
		self.forge(self.name, 4, event="Deleted", previous_hash=get_log(self.name)[-1].entry_hash)
		self.assertIn(self.name, [name for _kind, name in self.get_all_problems()])

	def test_a_forged_rename(self):
		change = {"name": {"from": personas.ENGINEER, "to": personas.OTHER_ENGINEER}}
		self.forge(personas.OTHER_ENGINEER, 1, reference_doctype="User", details=json.dumps(change))
		self.set_in_record(sales_engineer=personas.OTHER_ENGINEER)
		self.assertTrue(get_problems(self.name))

	def test_a_field_changed_by_sql(self):
		for fieldname, value in (
			("status", "Lost"),
			("won_value", 1_000_000),
			("potential_value", 1),
			("sales_engineer", personas.OTHER_ENGINEER),
			("application_engineer", personas.APPLICATION_ENGINEER),
			("outcome_detail", "Something else"),
			("won_currency", "USD"),
			("region", "Nowhere"),
			("product_line", "Nothing"),
			("company", "Nobody Ltd"),
			("customer", "Nobody"),
			("opportunity_from", "Lead"),
			("party_name", "Nobody"),
			("offer", "QTN-0"),
		):
			frappe.db.savepoint("record")
			with self.subTest(fieldname):
				self.set_in_record(**{fieldname: value})
				self.assertEqual(get_problems(self.name), [(integrity.DIFFERS, self.entries[2])])
			frappe.db.rollback(save_point="record")

	def test_each_audited_field_is_compared(self):
		self.assertLessEqual({*log.AUDITED_FIELDS}, {*integrity.COMPARED_FIELDS})

	def test_what_former_versions_logged_is_not_held_against_renames_that_they_did_not_log(self):
		with patch("crm_pipeline.audit.log.clock", SimpleNamespace(get_microseconds=lambda: None)):
			name = factories.make_opportunity().name
		frappe.db.set_value(OPPORTUNITY, name, "region", "Renamed Since", update_modified=False)
		self.assertEqual(get_problems(name), [])
		frappe.db.set_value(OPPORTUNITY, name, "status", "Lost", update_modified=False)
		self.assertEqual([kind for kind, _entry in get_problems(name)], [integrity.DIFFERS])

	def test_a_lost_reason_changed_by_sql(self):
		name = factories.make_opportunity("Lost").name
		frappe.db.set_value(
			"Pipeline Opportunity Lost Reason", {"parent": name}, "lost_reason", personas.REASON_FOR_LOST
		)
		self.assertEqual([kind for kind, _entry in get_problems(name)], [integrity.DIFFERS])

	def test_a_lost_reason_added_by_sql(self):
		name = factories.make_opportunity("Lost").name
		row = frappe.get_doc(OPPORTUNITY, name).lost_reasons[0].as_dict() | {"doctype": LOST_REASON_ROW}
		for values in (
			{"lost_reason": personas.REASON_FOR_LOST},
			{"lost_reason": personas.REASON_FOR_LOST, "parent": name.lower()},
			{"lost_reason": None},
		):
			frappe.db.savepoint("record")
			with self.subTest(values):
				frappe.get_doc({**row, **values, "name": "added"}).db_insert()
				self.assertEqual([kind for kind, _entry in get_problems(name)], [integrity.DIFFERS])
				frappe.get_doc(OPPORTUNITY, name).as_dict()
			frappe.db.rollback(save_point="record")

	def test_many_forged_entries_take_no_longer_each(self):
		"""What is asked of a log is asked once, however many entries it has."""
		change = json.dumps({"name": {"from": "a", "to": "b"}})
		tombstone = json.dumps({"entry": "a", "former": "b", "current": "c"})
		for position in range(1, 31):
			event, details = ("Redacted", tombstone) if position % 2 else ("Renamed", change)
			values = {"reference_doctype": "User", "reference_name": "q", "previous_hash": str(position)}
			self.forge("User q", position, **values, event=event, details=details)
		with patch.object(
			trust.audit_chain, "get_redactions", wraps=trust.audit_chain.get_redactions
		) as asked:
			self.get_all_problems()
		of_user = [call for call in asked.call_args_list if len(call.args[0]) == 30]
		self.assertEqual(len(of_user), 2)  # as a log, and for the renames in it

	def get_altered(self, problems) -> set[str]:
		return {problem.entry for problem in problems if problem.kind == integrity.audit_chain.ALTERED}

	def test_the_sentence_says_what_differs(self):
		self.set_in_record(status="Lost")
		message = next(integrity.find_problems([self.name])).message
		self.assertEqual(message, f"Status of {self.name} is Lost, but the log says Won.")

	def test_an_entry_sealed_again_without_the_key(self):
		entry = frappe.get_doc(AUDIT_LOG, self.entries[2]).as_dict() | {"reason": "Nothing"}
		forged = integrity.audit_chain.get_entry_hash(entry, "guessed key")
		self.set_in_entry(2, reason="Nothing", entry_hash=forged)
		self.set_in_record(audit_hash=forged)
		self.assertIn((integrity.audit_chain.ALTERED, self.entries[2]), get_problems(self.name))

	def test_a_chain_under_another_key_can_not_be_checked(self):
		with patch.object(trust, "get_encryption_key", return_value="another key"):
			problems = get_problems(self.name)
		self.assertEqual(problems, [(integrity.audit_chain.UNKNOWN_KEY, entry) for entry in self.entries])

	def test_a_chain_goes_on_under_a_new_key(self):
		frappe.db.delete(AUDIT_LOG)
		with patch.object(log, "get_encryption_key", return_value="the old key"):
			name = factories.make_opportunity().name
		api.make_offer(name)
		first, second = get_log(name)
		self.assertEqual(get_problems(name), [(integrity.audit_chain.UNKNOWN_KEY, first.name)])
		self.assertEqual(second.previous_hash, first.entry_hash)

	def test_a_save_after_tampering_does_not_hide_it(self):
		name = factories.make_opportunity().name
		frappe.db.set_value(OPPORTUNITY, name, "potential_value", 5, update_modified=False)
		api.make_offer(name)
		self.assertIn(integrity.DIFFERS, [kind for kind, _entry in get_problems(name)])

	def forge(self, reference_name: str, position: int, /, **values):
		"""Write an entry as somebody would who has the database and not the key: like a real one, but for the seal."""
		entry = frappe.get_doc(AUDIT_LOG, self.entries[0]).as_dict()
		entry |= {
			"reference_name": reference_name,
			"name": f"{reference_name}-{position:04d}",
			"at": now_datetime(),
		}
		entry |= {"entry_hash": "f" * 64, "doctype": AUDIT_LOG, **values}
		frappe.get_doc(entry).db_insert()

	def get_all_problems(self):
		return [(problem.kind, problem.reference_name) for problem in integrity.find_problems()]

	def set_in_entry(self, position: int, **values):
		frappe.db.set_value(AUDIT_LOG, self.entries[position], values, update_modified=False)

	def set_in_record(self, **values):
		frappe.db.set_value(OPPORTUNITY, self.name, values, update_modified=False)


class TestRenames(PipelineTestCase):
	"""Links follow a rename, the log does not: the check knows of renames from the log's own entries."""

	def test_a_renamed_user(self):
		old = factories.make_user("rita.renamed@example.com", "Sales User")
		doc = factories.make_opportunity(sales_engineer=old, application_engineer=old)
		self.rename("User", old, "rita.married@example.com")
		self.assertEqual(doc.reload().sales_engineer, "rita.married@example.com")
		self.assertEqual(get_problems(doc.name), [])
		self.assertEqual(get_log(doc.name)[0].changes["sales_engineer"]["to"], old)

	def test_a_renamed_lost_reason(self):
		doc = factories.make_opportunity("Lost")
		self.rename("Pipeline Lost Reason", personas.REASON, "Too expensive")
		self.assertEqual([row.lost_reason for row in doc.reload().lost_reasons], ["Too expensive"])
		self.assertEqual(get_problems(doc.name), [])
		api.reopen(doc.name, "They called again")
		api.mark_lost(doc.name, ["Too expensive"])
		self.assertEqual(get_problems(doc.name), [])

	def test_a_name_given_back(self):
		doc = factories.make_opportunity("Lost")
		self.rename("Pipeline Lost Reason", personas.REASON, "Too expensive")
		self.rename("Pipeline Lost Reason", "Too expensive", personas.REASON)
		self.assertEqual(get_problems(doc.name), [])

	def test_an_old_name_used_for_somebody_new(self):
		doc = factories.make_opportunity("Lost")
		self.rename("Pipeline Lost Reason", personas.REASON, "Too expensive")
		factories.make_master("Pipeline Lost Reason", personas.REASON, category="Price", applies_to="Both")
		other = factories.make_opportunity("Lost")
		self.assertEqual(get_problems(doc.name, other.name), [])

	def test_a_rename_by_sql_is_named(self):
		doc = factories.make_opportunity("Lost")
		frappe.db.set_value(
			"Pipeline Opportunity Lost Reason", {"parent": doc.name}, "lost_reason", "Too expensive"
		)
		self.assertEqual([kind for kind, _entry in get_problems(doc.name)], [integrity.DIFFERS])

	def rename(self, doctype: str, old: str, new: str):
		with as_user("Administrator"):
			frappe.rename_doc(doctype, old, new)


class TestNightlyCheck(PipelineTestCase):
	def test_it_reports_to_the_error_log(self):
		name = factories.make_opportunity().name
		frappe.db.set_value(OPPORTUNITY, name, "status", "Lost", update_modified=False)
		check_audit_log()
		reports = frappe.get_all(
			"Error Log", filters={"method": ("like", "Pipeline audit log%")}, pluck="error"
		)
		self.assertIn(f"Status of {name} is Lost, but the log says Open.", "\n".join(reports))

	def test_it_counts_by_kind_and_tells_the_newest_first(self):
		days = [f"2001-01-{day:02d}" for day in range(1, 30)]
		found = [
			integrity.Problem(kind, f"OPP-{number}", "", f"{kind} of {day}", day)
			for kind in (integrity.DIFFERS, integrity.audit_chain.ALTERED)
			for number, day in enumerate([*days[15:], *days[:15]])
		]
		lines = Findings(2).take(found).describe()
		kinds = (integrity.audit_chain.ALTERED, integrity.DIFFERS)
		expected = [
			[f"{kind}: 29", f"  {kind} of 2001-01-29", f"  {kind} of 2001-01-28", "  and 27 older ones"]
			for kind in kinds
		]
		self.assertEqual(lines, [*expected[0], "", *expected[1]])

	def test_a_check_that_could_not_be_finished_says_so(self):
		problem = integrity.Problem(integrity.DIFFERS, "OPP-1", "", "found before")

		def stop():
			yield problem
			raise ValueError("the disk is gone")

		with (
			patch("crm_pipeline.tasks.find_problems", stop),
			patch("crm_pipeline.tasks.notice.tell_by_bell") as told,
			patch.object(frappe.db, "close") as left,
		):
			check_audit_log()
		left.assert_called_once()  # whatever stopped it, the report goes by a connection that works
		report = frappe.get_last_doc("Error Log", {"method": ("like", "Pipeline audit log%")}).error
		self.assertIn("found before", report)
		self.assertIn("the disk is gone", report)
		self.assertIn("could not be finished", told.call_args.args[1])

	def test_what_can_not_be_stored_is_reported_too(self):
		problem = integrity.Problem(integrity.DIFFERS, "OPP-1", "", "half a sign: \ud800")
		with patch("crm_pipeline.tasks.find_problems", return_value=[problem]):
			check_audit_log()
		report = frappe.get_last_doc("Error Log", {"method": ("like", "Pipeline audit log%")}).error
		self.assertIn("half a sign: ?", report)

	def test_it_looks_at_the_logs_of_all_that_is_renamed(self):
		events = frappe.get_hooks("doc_events")
		path = "crm_pipeline.audit.renames.after_rename"
		doctypes = (doctype for doctype, hooks in events.items() if path in hooks.get("after_rename", ()))
		renamed = {name for names in doctypes for name in ([names] if isinstance(names, str) else names)}
		self.assertEqual({*MASTERS}, renamed)

	def test_it_is_scheduled(self):
		self.assertIn(
			"crm_pipeline.tasks.check_audit_log", frappe.get_hooks("scheduler_events")["daily_long"]
		)


class TestIntegrityReport(PipelineTestCase):
	REPORT = "Pipeline Audit Integrity"

	def test_it_names_the_problems_of_one_record(self):
		from frappe.desk.query_report import run

		name = factories.make_opportunity().name
		frappe.db.set_value(OPPORTUNITY, name, "status", "Lost", update_modified=False)
		rows = run(self.REPORT, {"reference_name": name})["result"]
		self.assertEqual([row["kind"] for row in rows], [integrity.DIFFERS])

	def test_it_says_so_when_there_is_none(self):
		from frappe.desk.query_report import run

		result = run(self.REPORT, {"reference_name": factories.make_opportunity().name})
		self.assertEqual(result["result"], [])
		self.assertEqual(result["message"], "Every entry and every record agrees with its audit log.")

	def test_it_is_for_managers(self):
		from frappe.desk.query_report import run

		for user in (personas.ENGINEER, personas.APPLICATION_ENGINEER, personas.OUTSIDER):
			with self.subTest(user), as_user(user), self.assertRaises(frappe.PermissionError):
				run(self.REPORT, {})
