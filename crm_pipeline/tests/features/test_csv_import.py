"""Importing opportunities from a CSV file."""

import csv
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from unittest import TestCase, skipUnless
from unittest.mock import patch

import frappe
from click.testing import CliRunner

import crm_pipeline
from crm_pipeline import commands
from crm_pipeline.crm_pipeline.audit.integrity import find_problems
from crm_pipeline.csv_import import fields, importer
from crm_pipeline.csv_import.errors import ImportInputError, RowError
from crm_pipeline.csv_import.masters import get_email
from crm_pipeline.csv_import.values import parse_value
from crm_pipeline.exceptions import ConflictError
from crm_pipeline.tests import personas
from crm_pipeline.tests.base import IS_SANDBOX
from crm_pipeline.tests.csv_files import CsvTestCase, deal, lost_deal, to_lines
from crm_pipeline.tests.users import as_user

REAL_DATA = Path(crm_pipeline.__file__).resolve().parents[2] / "shared/data/maven-crm"
DOMAIN = "csv.example.com"


class TestValues(TestCase):
	def test_text_becomes_a_value_of_its_field(self):
		for fieldtype, text, value in (
			("Currency", "1,234.50", 1234.5),
			("Float", "-.5", -0.5),
			("Int", "12", 12),
			("Check", "Yes", 1),
			("Datetime", "2024-02-29 08:30:00", datetime(2024, 2, 29, 8, 30)),
			("Date", "2024-02-29", datetime(2024, 2, 29).date()),
			("Table MultiSelect", "Price; Delivery ;", ["Price", "Delivery"]),
			("Data", "as it is", "as it is"),
		):
			with self.subTest(fieldtype):
				self.assertEqual(parse_value(text, "field", fieldtype), value)

	def test_text_that_does_not_fit_is_named(self):
		for fieldtype, text, message in (
			("Currency", "a lot", "potential_value: 'a lot' is not a number"),
			("Currency", "1.234,50", "is not a number"),
			("Currency", "nan", "is not a number"),
			("Currency", "9" * 400, "too large"),
			("Int", "1.5", "is not a whole number"),
			("Check", "perhaps", "neither yes nor no"),
			("Date", "31.12.2024", "is not a date written like"),
			("Datetime", "2024-02-29T08:30:00+02:00", "names a time zone"),
		):
			with self.subTest(text=text), self.assertRaises(RowError) as error:
				parse_value(text, "potential_value", fieldtype)
			self.assertIn(message, str(error.exception))

	def test_dates_follow_the_given_format(self):
		self.assertEqual(
			parse_value("3/1/2017", "closed_on", "Date", "%m/%d/%Y"), datetime(2017, 3, 1).date()
		)

	def test_an_address_is_made_of_a_name(self):
		self.assertEqual(get_email("Ana-Lía Ruiz", DOMAIN), f"ana.lia.ruiz@{DOMAIN}")
		for name in ("அன்பு", "someone@elsewhere.example.com"):
			with self.assertRaises(RowError):
				get_email(name, DOMAIN)


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

	def test_outcomes_count_only_where_the_stage_takes_them(self):
		rows = [
			lost_deal("D1", won_value="500", lost_reasons=""),
			deal("D2", won_value="500", closed_on="2024-03-01"),
		]
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


class TestMap(CsvTestCase):
	def test_columns_values_and_look_ups(self):
		self.write(f"agent,office\nNikhil,{personas.REGION}", "agents.csv")
		row = deal("", agent="Nikhil", stage="Quoted", key="D1")
		for column in ("external_id", "region"):
			del row[column]
		mapping = {
			"external_id": "key",
			"status": {"column": "stage", "values": {"Quoted": "Offer Made"}},
			"region": {
				"column": "agent",
				"lookup": {"file": "agents.csv", "key": "agent", "value": "office"},
			},
		}
		self.run_import(*to_lines(row), map_path=self.write_map(mapping))
		record = self.get_record("D1")
		self.assertEqual((record.status, record.region), ("Offer Made", personas.REGION))

	def test_a_row_that_the_look_up_does_not_know_is_rejected(self):
		self.write("agent,office", "agents.csv")
		lookup = {"file": "agents.csv", "key": "agent", "value": "office"}
		path = self.write_map({"region": {"column": "agent", "lookup": lookup}})
		result = self.run_import(*to_lines(deal("D1", agent="Nobody")), map_path=path)
		self.assertEqual([reason for _row, reason in result.rejected], ["'Nobody' is not in agents.csv."])

	def test_a_map_that_cannot_be_used_is_refused(self):
		lookup = {"file": "agents.csv", "key": "agent", "value": "office"}
		for mapping, message in (
			([], "a JSON object is expected"),
			({"audit_hash": "region"}, "an import can't fill a field 'audit_hash'"),
			({"region": "place"}, "has no column 'place'; its columns are: external_id, "),
			({"region": {"colum": "region"}}, "'colum' is unknown; it may hold column, lookup, values"),
			({"region": {"values": {"North": 1}}}, "'North' must be a text"),
			({"region": {"lookup": {"file": "agents.csv"}}}, "key, value is missing"),
			({"region": {"lookup": lookup}}, "agents.csv can't be read"),
		):
			with self.subTest(message), self.assertRefused(ImportInputError, message):
				self.make_importer(*to_lines(deal("D1")), map_path=self.write_map(mapping))

	def test_a_map_that_is_no_json_is_refused(self):
		with self.assertRefused(ImportInputError, "map.json is not valid JSON"):
			self.make_importer(*to_lines(deal("D1")), map_path=self.write("{", "map.json"))


class TestBadFiles(CsvTestCase):
	def test_a_file_that_cannot_be_read_is_refused(self):
		for content, message in (
			(b"", "is empty"),
			(b"region,region\n", "has the column 'region' more than once"),
			(b"region,Region\n", "are both region"),
			(b"region\n\xff\xfe", "is not a UTF-8 text file"),
		):
			path = self.folder / "deals.csv"
			path.write_bytes(content)
			with self.subTest(message), self.assertRefused(ImportInputError, message):
				importer.Importer(importer.Options(path))

	def test_a_missing_file_is_refused(self):
		with self.assertRefused(ImportInputError, "can't be read: No such file or directory"):
			importer.Importer(importer.Options(self.folder / "nowhere.csv"))

	def test_options_that_do_not_fit_are_refused(self):
		for options, message in (
			({"defaults": {"colour": "red"}}, "--default colour: an import can't fill a field of that name"),
			({"defaults": {"potential_value": "much"}}, "--default potential_value: 'much' is not a number"),
			({"date_format": "%d"}, "names no full date"),
		):
			with self.subTest(message), self.assertRefused(ImportInputError, message):
				self.make_importer(*to_lines(deal("D1")), **options)

	def test_rejects_never_overwrite_the_file_itself(self):
		importing = self.make_importer(*to_lines(deal("D1")))
		importing.rejects_path = importing.table.path
		with self.assertRefused(ImportInputError, "which is the file to import"):
			importing.run()

	def test_only_a_manager_imports(self):
		with (
			as_user(personas.ENGINEER),
			self.assertRefused(frappe.PermissionError, "Only a manager may import"),
		):
			self.make_importer(*to_lines(deal("D1")))


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
		rows = [deal("D1", region="Newland", potential_value="-1"), deal("D2", region="Newland")]
		result = self.run_import(*to_lines(*rows), create_masters=True)
		self.assertEqual((result.imported, len(result.rejected)), (1, 1))
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


class TestCommand(CsvTestCase):
	def run_command(self, *arguments: str):
		with patch.object(commands, "_connected"):
			return CliRunner().invoke(
				commands.crm_pipeline, ["import-csv", *arguments], obj={"profile": False}
			)

	def test_it_tells_what_it_did(self):
		path = self.write("\n".join(to_lines(deal("D1"), deal("D2", customer=""))))
		result = self.run_command(str(path))
		self.assertEqual(result.exit_code, 0, result.output)
		self.assertIn("1 imported, 0 there already, 1 rejected.", result.output)
		self.assertIn("1 × Party Name is missing", result.output)
		self.assertIn(f"{path}.rejects.csv", result.output)

	def test_defaults_and_notices(self):
		row = {
			name: text for name, text in deal("").items() if name not in ("external_id", "potential_value")
		}
		path = self.write("\n".join(to_lines({**row, "weather": "fine"})))
		result = self.run_command(str(path), "--default", "potential_value=5", "--dry-run")
		self.assertEqual(result.exit_code, 0, result.output)
		for line in ("Columns not used: weather.", "No column is external_id", "1 would be imported"):
			self.assertIn(line, result.output)

	def test_bad_input_ends_in_one_sentence(self):
		for arguments, message in (
			((str(self.folder / "nowhere.csv"),), "can't be read"),
			(
				(str(self.write("\n".join(to_lines(deal("D1"))))), "--default", "nonsense"),
				"write it as FIELD=VALUE",
			),
			((str(self.write("region\nAtlantis")),), "1 rejected"),
		):
			with self.subTest(message):
				result = self.run_command(*arguments)
				self.assertEqual(result.exit_code, 1)
				self.assertIn(message, result.output)
				self.assertNotIn("Traceback", result.output)


@skipUnless(REAL_DATA.exists(), "the real data is not beside this checkout (../shared/data/maven-crm)")
class TestRealData(CsvTestCase):
	"""A real file, dirty as real data is: all of it on the sandbox, each tenth row on a site."""

	STEP = 1 if IS_SANDBOX else 10
	MAP = {
		"external_id": "opportunity_id",
		"customer": "account",
		"region": {
			"column": "sales_agent",
			"lookup": {"file": "sales_teams.csv", "key": "sales_agent", "value": "regional_office"},
		},
		"product_line": "product",
		"status": {"column": "deal_stage", "values": {"Prospecting": "Open", "Engaging": "Offer Made"}},
		"opened_on": "engage_date",
		"closed_on": "close_date",
		"won_value": "close_value",
	}

	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")
		header, *lines = (REAL_DATA / "sales_pipeline.csv").read_text(encoding="utf-8").splitlines()
		self.lines = [header, *lines[:: self.STEP]]
		self.write((REAL_DATA / "sales_teams.csv").read_text(encoding="utf-8"), "sales_teams.csv")

	def run_real_import(self):
		return self.run_import(
			*self.lines,
			map_path=self.write_map(self.MAP),
			defaults={"company": personas.COMPANY, "potential_value": "0", "lost_reasons": "No decision"},
			date_format="%m/%d/%Y",
			create_masters=True,
		)

	def test_it_goes_in_once_with_the_right_sums(self):
		expected = self.get_expected()
		result = self.run_real_import()
		self.assertEqual((result.imported, len(result.rejected)), (expected["rows"], expected["rejected"]))
		self.assertEqual(self.get_won_values(), expected["won_values"])
		again = self.run_real_import()
		self.assertEqual((again.imported, again.skipped), (0, expected["rows"]))
		self.assertEqual(list(find_problems()), [])

	def get_won_values(self) -> dict[str, float]:
		record = frappe.qb.DocType("Pipeline Opportunity")
		query = frappe.qb.from_(record).select(record.region, record.won_value)
		sums = defaultdict(float)
		for region, value in query.where((record.status == "Won") & record.external_id.notnull()).run():
			sums[region] += value
		return dict(sums)

	def get_expected(self) -> dict:
		"""Work the figures out of the files, without the importer."""
		teams = csv.DictReader((REAL_DATA / "sales_teams.csv").read_text(encoding="utf-8").splitlines())
		offices = {row["sales_agent"]: row["regional_office"] for row in teams}
		counts, won_values = Counter(), defaultdict(float)
		for row in csv.DictReader(self.lines):
			counts["rows" if row["account"] else "rejected"] += 1
			if row["deal_stage"] == "Won":
				won_values[offices[row["sales_agent"]]] += float(row["close_value"])
		return {**counts, "won_values": dict(won_values)}

	def test_the_expected_figures_are_those_of_the_whole_file(self):
		self.lines = (REAL_DATA / "sales_pipeline.csv").read_text(encoding="utf-8").splitlines()
		expected = self.get_expected()
		self.assertEqual((expected["rows"], expected["rejected"]), (7_375, 1_425))
		self.assertEqual(sorted(expected["won_values"].values()), [3_090_594, 3_346_293, 3_568_647])
