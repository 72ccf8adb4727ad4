"""What becomes of the rows of a CSV file."""

import csv
from datetime import datetime
from unittest.mock import patch

import frappe
from frappe.utils import add_days, nowdate

from crm_pipeline.audit.integrity import find_problems
from crm_pipeline.exceptions import ConflictError, InputError
from crm_pipeline.moving_in import fields, importer
from crm_pipeline.moving_in.errors import ImportInputError
from crm_pipeline.tests import personas
from crm_pipeline.tests.base import IS_SANDBOX
from crm_pipeline.tests.csv_files import DOMAIN, CsvTestCase, deal, lost_deal, to_lines
from crm_pipeline.tests.users import as_user


class TestRecords(CsvTestCase):
	def test_an_open_row_keeps_its_opening_date(self):
		self.run_import(*to_lines(deal("D1", opened_on="2024-02-05")))
		record = self.get_record("D1")
		self.assertEqual((record.status, record.is_history), ("Open", 0))
		self.assertEqual(record.opened_on, datetime(2024, 2, 5))
		self.assertEqual(record.sales_engineer, personas.ENGINEER)
		self.assertEqual(self.get_events(record.name), ["Imported"])

	def test_an_offer_goes_through_the_lifecycle(self):
		self.run_import(*to_lines(deal("D1", status="Offer Made", opened_on="2024-02-05")))
		record = self.get_record("D1")
		self.assertEqual((record.status, record.is_history), ("Offer Made", 0))
		self.assertEqual(self.get_events(record.name), ["Imported", "Offer Made"])

	def test_the_probability_of_the_file_stands_at_every_stage(self):
		given = {
			"P1": ("Open", "0"),
			"P2": ("Open", "35"),
			"P3": ("Offer Made", "0"),
			"P4": ("Offer Made", "75"),
		}
		rows = [deal(name, status=status, probability=text) for name, (status, text) in given.items()]
		self.run_import(*to_lines(*rows))
		for name, (status, text) in given.items():
			record = self.get_record(name)
			self.assertEqual((record.status, record.probability), (status, float(text)), name)

	def test_a_closed_row_is_history_with_its_own_dates(self):
		self.run_import(*to_lines(lost_deal("D1")))
		record = self.get_record("D1")
		self.assertEqual((record.status, record.is_history), ("Lost", 1))
		self.assertEqual((record.opened_on, record.closed_on), (datetime(2024, 2, 5), datetime(2024, 3, 1)))
		self.assertEqual([row.lost_reason for row in record.lost_reasons], [personas.REASON])
		self.assertEqual(self.get_events(record.name), ["Imported"])
		self.assertEqual(list(find_problems([record.name])), [])

	def test_a_won_row_without_potential_value_takes_its_won_value(self):
		dates = {"opened_on": "2024-02-05", "closed_on": "2024-03-01"}
		self.run_import(*to_lines(deal("D1", status="Won", won_value="750", potential_value="", **dates)))
		record = self.get_record("D1")
		self.assertEqual((record.won_value, record.potential_value), (750, 750))

	def test_an_outcome_by_default_counts_only_where_the_stage_takes_it(self):
		rows = [lost_deal("D1", won_value="0", lost_reasons=""), deal("D2", won_currency="INR")]
		self.run_import(*to_lines(*rows), defaults={"lost_reasons": personas.REASON})
		lost, in_play = self.get_record("D1"), self.get_record("D2")
		self.assertEqual((lost.won_value, len(lost.lost_reasons)), (0, 1))
		self.assertEqual((in_play.won_value, in_play.closed_on, in_play.lost_reasons), (0, None, []))

	def test_columns_are_found_by_label(self):
		row = deal("D1")
		row["Opportunity Amount / Potential Value"] = row.pop("potential_value")
		row["sales engineer"] = row.pop("sales_engineer")
		self.run_import(*to_lines(row))
		self.assertEqual(self.get_record("D1").potential_value, 1000)

	def test_people_and_customers_are_found_by_their_title(self):
		full_name = frappe.get_cached_value("User", personas.ENGINEER, "full_name")
		self.run_import(*to_lines(deal("D1", sales_engineer=full_name)))
		self.assertEqual(self.get_record("D1").sales_engineer, personas.ENGINEER)

	def test_what_the_system_alone_sets_cannot_be_imported(self):
		importing = self.make_importer(*to_lines(deal("D1", audit_hash="forged", is_history="1")))
		self.assertEqual(importing.unused_columns, ["audit_hash", "is_history"])


class TestRejects(CsvTestCase):
	def test_a_bad_row_does_not_stop_the_others(self):
		rows = [
			deal("D1"),
			deal("D2", customer=""),
			deal("D3", region="Atlantis"),
			deal("D4", potential_value="a lot"),
			deal("D5", status="Prospecting"),
			lost_deal("D6", lost_reasons=""),
			lost_deal("D7", closed_on="2024-01-01"),
			deal("D8"),
		]
		result = self.run_import(*to_lines(*rows))
		self.assertEqual((result.imported, result.skipped), (2, 0))
		for (row, reason), part in zip(
			result.rejected,
			(
				"Party Name is missing",
				"Atlantis",
				"not a number",
				"'Prospecting' is not one of",
				"lost reason",
				"History",
			),
			strict=True,
		):
			self.assertIn(part, reason, row.cells["external_id"])
			self.assertNotIn("<", reason)

	def test_a_row_that_contradicts_itself_or_says_too_little_is_rejected(self):
		tomorrow = str(add_days(nowdate(), 1))
		rows = {
			"status is empty": deal("D1", status=""),
			"opened_on is empty": deal("D2", opened_on=""),
			"closed_on: '2024-03-01 00:00:00' can't stand on a row that is Open": deal(
				"D3", closed_on="2024-03-01"
			),
			"won_value: '500.0' can't stand on a row that is Offer Made": deal(
				"D4", status="Offer Made", won_value="500"
			),
			"won_value: '500.0' can't stand on a row that is Lost": lost_deal("D5", won_value="500"),
			"can't stand on a row that is Open; correct one": deal("D6", lost_reasons=personas.REASON),
			f"opened_on: {tomorrow} 00:00:00 is in the future": deal("D7", opened_on=tomorrow),
			f"closed_on: {tomorrow} 00:00:00 is in the future": lost_deal("D8", closed_on=tomorrow),
			"notes: '=1+1' is a formula": deal("D9", notes="=1+1"),
			"potential_value: '#REF!' is an error of a spreadsheet": deal("D10", potential_value="#REF!"),
		}
		result = self.run_import(*to_lines(*rows.values()))
		self.assertEqual(result.imported, 0)
		for (_row, reason), part in zip(result.rejected, rows, strict=True):
			self.assertIn(part, reason)

	def test_what_is_blank_may_have_a_default(self):
		rows = to_lines(deal("D1", status="", opened_on=""))
		self.run_import(*rows, defaults={"status": "Offer Made", "opened_on": "2024-02-06"})
		record = self.get_record("D1")
		self.assertEqual((record.status, record.opened_on), ("Offer Made", datetime(2024, 2, 6)))

	def test_a_line_with_too_few_cells_is_rejected(self):
		header, row = to_lines(deal("D1"))
		result = self.run_import(header, row.rpartition(",")[0])
		self.assertEqual([reason for _row, reason in result.rejected], ["Line 2 has 8 cells for 9 columns."])

	def test_the_summary_counts_by_field_and_kind(self):
		rows = [deal(f"D{number}", potential_value=f"a lot {number}") for number in range(3)]
		rows += [deal(f"E{number}", region=f"Atlantis {number}") for number in range(2)]
		rows += [lost_deal(f"F{number}", closed_on=f"2024-01-0{number}") for number in range(1, 5)]
		lines = list(self.run_import(*to_lines(*rows)).summary.describe())
		self.assertEqual(len(lines), 3, lines)
		self.assertRegex(lines[0], "^ +4 × ")
		self.assertRegex(lines[1], "^ +3 × potential_value: not a number, e.g. line 2: .*'a lot 0'")
		self.assertRegex(lines[2], "^ +2 × .*…")

	def test_a_row_that_is_refused_after_it_was_inserted_leaves_no_record(self):
		rows = [deal("D1", status="Offer Made"), deal("D2")]
		with patch.object(fields, "_move", side_effect=InputError("No offer today")):
			result = self.run_import(*to_lines(*rows))
		self.assertEqual([reason for _row, reason in result.rejected], ["No offer today"])
		self.assertEqual(self.count(external_id="D1"), 0)
		self.assertEqual((result.imported, self.count(external_id="D2")), (1, 1))

	def test_the_rejects_file_holds_the_rows_and_can_be_imported_when_corrected(self):
		importing = self.make_importer(*to_lines(deal("D1"), deal("D2", potential_value="a lot")))
		importing.run()
		text = importing.rejects_path.read_text(encoding="utf-8")
		rejects = list(csv.DictReader(text.splitlines()))
		self.assertEqual([row["external_id"] for row in rejects], ["D2"])
		self.assertIn("'a lot' is not a number", rejects[0]["reject_reason"])
		self.assertEqual(self.run_import(*text.replace("a lot", "12").splitlines()).imported, 1)

	def test_no_rejects_file_is_left_without_rejects(self):
		importing = self.make_importer(*to_lines(deal("D1")))
		importing.run()
		self.assertFalse(importing.rejects_path.exists())

	def test_an_external_id_twice_in_the_file_is_rejected(self):
		result = self.run_import(*to_lines(deal("D1"), deal("D1", potential_value="7")))
		self.assertEqual((result.imported, len(result.rejected)), (1, 1))
		self.assertIn("stands on line 2 already", result.rejected[0][1])

	def test_a_row_with_too_many_cells_is_rejected(self):
		header, row = to_lines(deal("D1"))
		result = self.run_import(header, row + ",surplus")
		self.assertIn("more cells than there are columns", result.rejected[0][1])


class TestRunningAgain(CsvTestCase):
	def test_rows_that_are_there_are_passed_over(self):
		lines = to_lines(deal("D1"), lost_deal("D2"))
		self.run_import(*lines)
		before = self.count()
		result = self.run_import(*lines)
		self.assertEqual((result.imported, result.skipped, self.count()), (0, 2, before))

	def test_a_killed_run_goes_on_where_it_stopped(self):
		lines = to_lines(*(deal(f"D{number}") for number in range(5)))
		seen = []

		def kill(_count):
			seen.append(1)
			if len(seen) == 4:
				raise KeyboardInterrupt

		with patch.object(importer, "BATCH_SIZE", 2):
			with self.assertRaises(KeyboardInterrupt):
				self.make_importer(*lines).run(kill)
			frappe.db.rollback()
			self.assertEqual(self.count(external_id=("like", "D%")), 2)
			result = self.run_import(*lines)
		self.assertEqual((result.imported, result.skipped), (3, 2))

	def test_a_batch_that_another_transaction_broke_off_begins_again(self):
		insert, conflicts = fields.insert_record, [ConflictError("too slow")]

		def insert_or_conflict(record):
			if record["external_id"] == "D2" and conflicts:
				frappe.db.rollback()
				raise conflicts.pop()
			return insert(record)

		with patch.object(fields, "insert_record", insert_or_conflict):
			result = self.run_import(*to_lines(deal("D1"), deal("D2")))
		self.assertEqual((result.imported, result.rejected), (2, []))
		self.assertEqual(self.count(external_id=("in", ["D1", "D2"])), 2)

	def test_an_import_that_is_always_broken_off_says_where(self):
		conflict = patch.object(fields, "insert_record", side_effect=ConflictError("too slow"))
		with conflict, self.assertRefused(ImportInputError, "broke off the import at line 2"):
			self.run_import(*to_lines(deal("D1")))

	def test_a_dry_run_says_the_same_and_keeps_nothing(self):
		rows = [deal("D1", customer="Brand New Works"), deal("D2", potential_value="a lot")]
		with as_user("Administrator"):
			result = self.run_import(*to_lines(*rows), create_masters=True, dry_run=True)
		self.assertEqual((result.imported, len(result.rejected)), (1, 1))
		self.assertEqual(self.count(external_id=("in", ["D1", "D2"])), 0)
		self.assertEqual(self.count("Customer", customer_name="Brand New Works"), 0)


class TestMissingMasters(CsvTestCase):
	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")

	def test_without_the_option_they_are_refused(self):
		rows = [deal("D1", customer="Brand New Works"), deal("D2", sales_engineer="Brand New Person")]
		result = self.run_import(*to_lines(*rows))
		self.assertEqual(result.imported, 0)
		self.assertIn("Brand New Works does not exist", result.rejected[0][1])
		self.assertIn("Brand New Person does not exist", result.rejected[1][1])

	def test_with_the_option_they_are_made_once(self):
		new = {
			"customer": "Brand New Works",
			"region": "Newland",
			"product_line": "Newpump",
			"source": "Newfair",
		}
		row = lost_deal("D1", lost_reasons="New reason", opportunity_type="Newtype", **new)
		result = self.run_import(*to_lines(row, {**row, "external_id": "D2"}), create_masters=True)
		self.assertEqual((result.imported, result.rejected), (2, []))
		self.assertEqual(self.count("Customer", customer_name="Brand New Works"), 1)
		self.assertEqual(self.get_record("D2").region, "Newland")

	def test_who_may_not_make_them_is_told(self):
		with as_user(personas.MANAGER):
			result = self.run_import(*to_lines(deal("D1", customer="Brand New Works")), create_masters=True)
		self.assertIn("Customer 'Brand New Works' can't be made: ", result.rejected[0][1])

	def test_what_was_made_for_a_rejected_row_is_not_kept(self):
		rows = [deal("D1", region="Newland", potential_value="-1"), deal("D2")]
		result = self.run_import(*to_lines(*rows), create_masters=True)
		self.assertEqual((result.imported, len(result.rejected)), (1, 1))
		self.assertEqual(self.count("Pipeline Region", name="Newland"), 0)

	def test_what_was_made_for_a_rejected_row_is_made_anew_for_the_next(self):
		rows = [deal("D1", region="Newland", potential_value="-1"), deal("D2", region="Newland")]
		result = self.run_import(*to_lines(*rows), create_masters=True)
		self.assertEqual((result.imported, len(result.rejected)), (1, 1))
		self.assertEqual(self.get_record("D2").region, "Newland")
		self.assertEqual(self.count("Pipeline Region", name="Newland"), 1)

	def test_missing_users_are_made_without_mail_or_password(self):
		mails = self.count("Email Queue") if not IS_SANDBOX else 0
		row = deal("D1", sales_engineer="Ana-Lía Ruiz")
		result = self.run_import(*to_lines(row, {**row, "external_id": "D2"}), user_domain=DOMAIN)
		self.assertEqual((result.imported, result.rejected), (2, []))
		user = frappe.get_doc("User", f"ana.lia.ruiz@{DOMAIN}")
		self.assertEqual((user.full_name, user.send_welcome_email), ("Ana-Lía Ruiz", 0))
		self.assertEqual([role.role for role in user.roles], ["Sales User"])
		self.assertEqual(mails, self.count("Email Queue") if not IS_SANDBOX else 0)
