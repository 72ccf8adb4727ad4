"""The bench commands, and a real file."""

import csv
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from unittest import skipUnless
from unittest.mock import patch

import frappe
from click.testing import CliRunner
from frappe.desk import query_report
from openpyxl import Workbook

import crm_pipeline
from crm_pipeline import commands
from crm_pipeline.audit.integrity import find_problems
from crm_pipeline.moving_in.importer import Importer, Options
from crm_pipeline.tests import personas
from crm_pipeline.tests.base import IS_SANDBOX
from crm_pipeline.tests.csv_files import CsvTestCase, deal, to_lines

REAL_DATA = Path(crm_pipeline.__file__).resolve().parents[2] / "shared/data/maven-crm"


class TestCommand(CsvTestCase):
	def run_command(self, *arguments: str):
		with patch.object(commands, "_connected"):
			return CliRunner().invoke(
				commands.crm_pipeline, ["import-csv", *arguments], obj=frappe._dict(profile=False)
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


class TestCheckAuditCommand(CsvTestCase):
	def run_command(self):
		with patch.object(commands, "_connected"):
			return CliRunner().invoke(commands.crm_pipeline, ["check-audit"], obj=frappe._dict(profile=False))

	def test_a_log_in_order(self):
		result = self.run_command()
		self.assertEqual((result.exit_code, result.output), (0, "The audit log is in order.\n"))

	def test_problems_end_in_exit_code_1(self):
		self.run_import(*to_lines(deal("D1")))
		name = self.get_record("D1").name
		record = frappe.qb.DocType("Pipeline Opportunity")
		frappe.qb.update(record).set(record.status, "Won").where(record.name == name).run()
		result = self.run_command()
		self.assertEqual(result.exit_code, 1)
		self.assertIn(name, result.output)


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
	DEFAULTS = {
		"company": personas.COMPANY,
		"potential_value": "0",
		"lost_reasons": "No decision",
		"opened_on": "2017-12-31",  # what is only prospected has no date
	}

	def setUp(self):
		super().setUp()
		frappe.set_user("Administrator")
		header, *lines = (REAL_DATA / "sales_pipeline.csv").read_text(encoding="utf-8").splitlines()
		self.lines = [header, *lines[:: self.STEP]]
		self.write((REAL_DATA / "sales_teams.csv").read_text(encoding="utf-8"), "sales_teams.csv")

	def run_real_import(self):
		return self.run_import(*self.lines, **self.get_options())

	def get_options(self) -> dict:
		map_path = self.write_map(self.MAP)
		return {"map_path": map_path, "defaults": self.DEFAULTS, "create_masters": True}

	def test_it_goes_in_once_with_the_right_sums(self):
		expected = self.get_expected()
		result = self.run_real_import()
		self.assertEqual((result.imported, len(result.rejected)), (expected["rows"], expected["rejected"]))
		self.assertEqual(self.get_won_values(), expected["won_values"])
		self.assertEqual(self.get_reported("Region", "won_value"), expected["won_values"])
		if self.STEP == 1:
			won, lost = (list(self.get_reported("Quarter", outcome).values()) for outcome in ("won", "lost"))
			self.assertEqual((won, lost), ([531, 1254, 1257, 1196], [116, 778, 790, 789]))
		again = self.run_real_import()
		self.assertEqual((again.imported, again.skipped), (0, expected["rows"]))
		self.assertEqual(list(find_problems()), [])

	def test_it_is_the_same_as_a_spreadsheet_in_utf_16_and_with_decimal_commas(self):
		header, *lines = self.lines
		imported, total = 0, Counter()
		for number, write in enumerate((self.write_semicolons, self.write_utf_16, self.write_excel)):
			self.lines = [header, *lines[number :: 600 // self.STEP]]
			expected = self.get_expected()
			path, number_format = write(list(csv.reader(self.lines)))
			result = Importer(Options(path, number_format=number_format, **self.get_options())).run()
			imported += result.imported
			self.assertEqual(
				(result.imported, len(result.rejected)), (expected["rows"], expected["rejected"])
			)
			total.update(expected["won_values"])
			self.assertEqual(self.get_won_values(), total)
		self.assertGreater(imported, 30)

	def write_semicolons(self, rows: list[list[str]]) -> tuple[Path, str]:
		header, *rows = rows
		rows = [[*row[:-1], row[-1] and f"{int(row[-1]):,}".replace(",", ".") + ",00"] for row in rows]
		return self.write("\n".join(";".join(row) for row in (header, *rows))), "#.###,##"

	def write_utf_16(self, rows: list[list[str]]) -> tuple[Path, None]:
		path = self.folder / "deals.csv"
		path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-16")
		return path, None

	def write_excel(self, rows: list[list[str]]) -> tuple[Path, None]:
		workbook = Workbook()
		for row in rows:
			workbook.active.append([self.get_cell(text) for text in row])
		path = self.folder / "deals.xlsx"
		workbook.save(path)
		return path, None

	def get_cell(self, text: str):
		if text.isdigit():
			return int(text)
		return datetime.strptime(text, "%m/%d/%Y") if text.count("/") == 2 else text

	def get_reported(self, group_by: str, fieldname: str) -> dict:
		filters = {"from_date": "2016-10-01", "to_date": "2017-12-31", "group_by": group_by}
		rows = query_report.run("Win Rate", filters)["result"]
		return {row["group"]: row[fieldname] for row in rows}

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
		counts, won_values = Counter(rows=0, rejected=0), defaultdict(float)
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
