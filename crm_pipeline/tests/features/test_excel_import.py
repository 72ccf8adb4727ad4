"""Excel files: cells that hold numbers and dates, sheets, rejects."""

from datetime import date, datetime, time
from pathlib import Path

from openpyxl import Workbook, load_workbook

from crm_pipeline.moving_in.errors import ImportInputError
from crm_pipeline.moving_in.importer import Importer, Options, Result
from crm_pipeline.tests import personas
from crm_pipeline.tests.csv_files import CsvTestCase, deal


class ExcelTestCase(CsvTestCase):
	def write_sheet(self, *rows: dict, **formats: str) -> Path:
		"""Write rows of any values; `formats` are number formats by column."""
		workbook = Workbook()
		columns = list(dict.fromkeys(column for row in rows for column in row))
		workbook.active.append(columns)
		for number, row in enumerate(rows, 2):
			workbook.active.append([row.get(column) for column in columns])
			for column, number_format in formats.items():
				workbook.active.cell(number, columns.index(column) + 1).number_format = number_format
		return self.save(workbook)

	def save(self, workbook: Workbook) -> Path:
		path = self.folder / "deals.xlsx"
		workbook.save(path)
		return path

	def run_sheet(self, path: Path, **options) -> Result:
		return Importer(Options(path, **options)).run()


class TestCells(ExcelTestCase):
	def test_numbers_and_dates_are_what_the_cells_hold(self):
		row = deal(
			1001,
			potential_value=1234.56,
			probability=35,
			opened_on=datetime(2024, 2, 5, 8, 30),
			expected_closing=date(2031, 3, 4),
			with_items=False,
		)
		result = self.run_sheet(self.write_sheet(row), number_format="#.###,##")
		self.assertEqual(result.rejected, [])
		record = self.get_record("1001")
		self.assertEqual((record.potential_value, record.probability, record.with_items), (1234.56, 35, 0))
		self.assertEqual(record.opened_on, datetime(2024, 2, 5, 8, 30))
		self.assertEqual(str(record.expected_closing), "2031-03-04")

	def test_text_in_cells_is_read_as_in_any_file(self):
		row = deal("D1", potential_value="1.234,56", opened_on="05.02.2024")
		self.run_sheet(self.write_sheet(row), number_format="#.###,##")
		record = self.get_record("D1")
		self.assertEqual((record.potential_value, record.opened_on), (1234.56, datetime(2024, 2, 5)))

	def test_the_noise_of_binary_numbers_is_left_out(self):
		self.run_sheet(self.write_sheet(deal("D1", potential_value=0.1 + 0.2)))
		self.assertEqual(self.get_record("D1").potential_value, 0.3)

	def test_a_percentage_is_what_the_cell_shows(self):
		for number, (stored, number_format) in enumerate(
			((0.8, "0%"), (0.8, "0.00%;[Red]-0.00%"), (80, '0"%"'))
		):
			row = deal(f"D{number}", probability=stored)
			self.run_sheet(self.write_sheet(row, probability=number_format))
			self.assertEqual(self.get_record(row["external_id"]).probability, 80, number_format)

	def test_a_currency_that_the_cell_shows_is_that_of_the_row(self):
		shown = ('"₹"#,##0.00', "[$₹-4009] #,##0", "₹ 0", '_-* #,##0.00_-;_-* "-"??_-', "[Red]0;[$€-407]0")
		for number, number_format in enumerate(shown):
			row = deal(f"D{number}", potential_value=5)
			result = self.run_sheet(self.write_sheet(row, potential_value=number_format))
			self.assertEqual((result.imported, result.rejected), (1, []), number_format)
		for number_format in ("[$€-407] #,##0.00", '#,##0.00 "€"', "$#,##0"):
			result = self.run_sheet(
				self.write_sheet(deal("E1", potential_value=5), potential_value=number_format)
			)
			self.assertIn("but the currency of the row is INR", result.rejected[0][1])

	def test_a_cell_of_another_kind_is_rejected(self):
		for values, message in (
			({"potential_value": "=1+1"}, "potential_value: '=1+1' is a formula; put its result there"),
			({"potential_value": "#N/A"}, "is an error of a spreadsheet"),
			({"potential_value": datetime(2024, 2, 5)}, "'2024-02-05' is not a number"),
			({"opened_on": 45000}, "'45000' is not a date"),
			({"opened_on": time(8, 30)}, "'08:30:00' is not a date"),
		):
			result = self.run_sheet(self.write_sheet(deal("D1", **values)))
			self.assertIn(message, result.rejected[0][1])

	def test_cells_are_translated_and_looked_up_by_their_text(self):
		self.write(f"code,office\n7,{personas.REGION}", "codes.csv")
		lookup = {"file": "codes.csv", "key": "code", "value": "office"}
		mapping = {
			"region": {"column": "region", "lookup": lookup},
			"status": {"column": "status", "values": {"2": "Offer Made"}},
		}
		path = self.write_sheet(deal("D1", region=7, status=2))
		self.run_sheet(path, map_path=self.write_map(mapping))
		record = self.get_record("D1")
		self.assertEqual((record.region, record.status), (personas.REGION, "Offer Made"))


class TestSheets(ExcelTestCase):
	def make_workbook(self) -> Workbook:
		workbook = Workbook()
		for title, external_id in (("Deals", "D1"), ("Old", "D2")):
			sheet = workbook.create_sheet(title)
			sheet.append(list(deal("")))
			sheet.append(list(deal(external_id).values()))
		return workbook

	def test_one_of_several_is_named(self):
		path = self.save(self.make_workbook())
		with self.assertRefused(ImportInputError, "name one by --sheet: Deals, Old"):
			self.run_sheet(path)
		self.run_sheet(path, sheet="Old")
		self.assertEqual((self.count(external_id="D1"), self.count(external_id="D2")), (0, 1))
		with self.assertRefused(ImportInputError, "has no sheet 'New'; its sheets are: Sheet, Deals, Old"):
			self.run_sheet(path, sheet="New")

	def test_the_only_one_that_is_shown_and_holds_anything_needs_no_name(self):
		workbook = self.make_workbook()
		workbook["Old"].sheet_state = "hidden"
		self.assertEqual(self.run_sheet(self.save(workbook)).imported, 1)
		self.assertEqual(self.count(external_id="D1"), 1)

	def test_an_empty_workbook_is_refused(self):
		with self.assertRefused(ImportInputError, "is empty"):
			self.run_sheet(self.save(Workbook()))

	def test_empty_rows_and_columns_around_the_table_are_passed_over(self):
		workbook = Workbook()
		for cells in ([*deal("").keys(), None, ""], [*deal("D1").values(), None], [], [" ", None]):
			workbook.active.append(cells)
		result = self.run_sheet(self.save(workbook))
		self.assertEqual((result.imported, result.rejected), (1, []))

	def test_a_cell_without_a_column_is_rejected(self):
		workbook = Workbook()
		workbook.active.append(list(deal("")))
		workbook.active.append([*deal("D1").values(), "more"])
		result = self.run_sheet(self.save(workbook))
		self.assertIn("Line 2 has more cells than there are columns: 'more'", result.rejected[0][1])


class TestRejects(ExcelTestCase):
	def test_they_are_an_excel_file_with_the_same_cells(self):
		row = deal("D1", probability=0.8, opened_on=datetime(2024, 2, 5), region="Atlantis", notes="=1+1")
		importing = Importer(Options(self.write_sheet(row, probability="0%")))
		importing.run()
		self.assertEqual(importing.rejects_path.name, "deals.xlsx.rejects.xlsx")
		workbook = load_workbook(importing.rejects_path)
		header, cells = list(workbook.active.iter_rows())
		found = {name.value: cell for name, cell in zip(header, cells, strict=True)}
		self.assertIn("formula", found["reject_reason"].value)
		self.assertEqual((found["probability"].value, found["opened_on"].value), (0.8, datetime(2024, 2, 5)))
		found["region"].value, found["notes"].value = personas.REGION, "2"
		workbook.save(importing.rejects_path)
		self.assertEqual(self.run_sheet(importing.rejects_path).rejected, [])
		self.assertEqual(self.get_record("D1").probability, 80)
