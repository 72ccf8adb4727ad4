"""What an import can and can't read: values, maps, files, options."""

import re
from datetime import datetime
from unittest import TestCase

import frappe

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.moving_in import importer
from crm_pipeline.moving_in.errors import ImportInputError, RowError
from crm_pipeline.moving_in.mapping import TargetField
from crm_pipeline.moving_in.masters import get_email
from crm_pipeline.moving_in.number_formats import NumberFormat
from crm_pipeline.moving_in.values import Currency, Formats, parse_value
from crm_pipeline.tests import factories, personas
from crm_pipeline.tests.csv_files import DOMAIN, CsvTestCase, deal, to_lines
from crm_pipeline.tests.users import as_user

INDIAN = NumberFormat("#,##,###.##", ".", ",")
GERMAN = NumberFormat("#.###,##", ",", ".")
RUPEES = Currency("INR", frozenset({"INR", "₹"}))


def parse(text: str, fieldtype: str, number_format: NumberFormat = INDIAN, date: str | None = None):
	field = TargetField("potential_value", "Potential Value", fieldtype)
	return parse_value(text, field, Formats(number_format, date), lambda: RUPEES)


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
				self.assertEqual(parse(text, fieldtype), value)

	def test_text_that_does_not_fit_is_named(self):
		for fieldtype, text, message in (
			("Currency", "a lot", "potential_value: 'a lot' is not a number"),
			("Currency", "nan", "is not a number"),
			("Currency", "9" * 400, "too large"),
			("Int", "1.5", "is not a whole number"),
			("Check", "perhaps", "neither yes nor no"),
			("Date", "31.12.2024", "is not a date written like"),
			("Datetime", "2024-02-29T08:30:00+02:00", "names a time zone"),
		):
			with self.subTest(text=text), self.assertRaises(RowError) as error:
				parse(text, fieldtype)
			self.assertIn(message, str(error.exception))

	def test_dates_follow_the_given_format(self):
		self.assertEqual(parse("3/1/2017", "Date", date="%m/%d/%Y"), datetime(2017, 3, 1).date())

	def test_an_address_is_made_of_a_name(self):
		self.assertEqual(get_email("Ana-Lía Ruiz", DOMAIN), f"ana.lia.ruiz@{DOMAIN}")
		for name in ("அன்பு", "someone@elsewhere.example.com"):
			with self.assertRaises(RowError):
				get_email(name, DOMAIN)


class TestNumbers(TestCase):
	def test_a_number_is_what_its_format_says(self):
		for name, separators, texts in (
			("#,###.##", ".,", {"1,234,567.5": 1234567.5, "1234.5": 1234.5, "4.500": 4.5, "+7": 7, "−7": -7}),
			("#,##,###.##", ".,", {"1,23,456.50": 123456.5, "12,500": 12500, "12.500": 12.5}),
			("#.###,##", ",.", {"1.234,56": 1234.56, "1500,00": 1500, "4,50": 4.5, "4.500": 4500, ",5": 0.5}),
			("# ###,##", ", ", {"1 234,5": 1234.5, "1\u00a0234\u202f567": 1234567}),
			("#'###.##", ".'", {"1'234.5": 1234.5, "1’234": 1234}),
			("#, ###.##", (".", ", "), {"1, 234.5": 1234.5}),
			("#.###", ("", "."), {"12.500": 12500, "12": 12}),
		):
			for text, value in texts.items():
				with self.subTest(name, text=text):
					self.assertEqual(parse(text, "Float", NumberFormat(name, *separators)), value)

	def test_groups_are_counted_and_never_guessed(self):
		for name, separators, texts in (
			("#,###.##", ".,", ("1,23,456", "12,34", "1.234,56", "1,2345", "1,234,5", "1 234", "1'234")),
			(
				"#,##,###.##",
				".,",
				("123,456", "1.234,56", "1500,00", "4,50", "1e3", "(500)", "5.", "--5", "0x1"),
			),
			("#.###,##", ",.", ("12.50", "1,234.50", "1.23.456", "1,234,567")),
			("#.###", ("", "."), ("4,5", "4.5")),
		):
			for text in texts:
				with (
					self.subTest(name, text=text),
					self.assertRaisesRegex(RowError, f"is not a number written like {re.escape(name)}"),
				):
					parse(text, "Float", NumberFormat(name, *separators))

	def test_money_takes_the_sign_or_code_of_its_currency(self):
		for text in ("₹ 500", "₹500", "500 ₹", "INR 500", "500 inr", "\u200f₹\u00a0500"):
			with self.subTest(text):
				self.assertEqual(parse(text, "Currency"), 500)
		self.assertEqual(parse("-₹ 500", "Currency"), -500)
		self.assertEqual(parse("₹ -500", "Currency"), -500)

	def test_any_other_currency_is_refused_and_both_are_named(self):
		for text in ("$500", "500 EUR", "₹.50"):
			with self.subTest(text), self.assertRaisesRegex(RowError, "but the currency of the row is INR"):
				parse(text, "Currency")

	def test_the_dot_of_an_abbreviation_is_no_decimal_sign(self):
		field = TargetField("potential_value", "Potential Value", "Currency")
		franc = Currency("CHF", frozenset({"CHF", "Fr"}))
		self.assertEqual(parse_value("Fr.500", field, Formats(INDIAN), lambda: franc), 500)

	def test_percents_take_their_sign_and_nothing_else_does(self):
		self.assertEqual(parse("50 %", "Percent"), 50)
		self.assertEqual(parse("12,5%", "Percent", GERMAN), 12.5)
		for fieldtype, text in (
			("Currency", "50 %"),
			("Float", "50%"),
			("Percent", "50 ₹"),
			("Int", "5 pcs"),
		):
			with self.subTest(text), self.assertRaisesRegex(RowError, "can't stand there"):
				parse(text, fieldtype)


class TestNumbersOfAFile(CsvTestCase):
	"""What a spreadsheet program of another country writes."""

	AMOUNTS = ("1.234,56", "12.500", "1500,00", "12,500", "4,50", "₹ 500", "1e3", "1,23,456.50")

	def setUp(self):
		super().setUp()
		self.set_number_format("#,##,###.##")
		rows = [deal(f"EU-{number}", potential_value=text) for number, text in enumerate(self.AMOUNTS, 1)]
		self.lines = to_lines(*rows)

	def get_values(self) -> dict:
		rows = frappe.get_all(
			OPPORTUNITY, {"external_id": ("like", "EU-%")}, ["external_id", "potential_value"]
		)
		return {row.external_id: row.potential_value for row in rows}

	def test_the_format_of_the_site_is_the_default(self):
		result = self.run_import(*self.lines)
		self.assertEqual(self.get_values(), {"EU-2": 12.5, "EU-4": 12500, "EU-6": 500, "EU-8": 123456.5})
		self.assertEqual(
			[row.cells["external_id"] for row, _reason in result.rejected], ["EU-1", "EU-3", "EU-5", "EU-7"]
		)

	def test_another_format_is_named(self):
		self.run_import(*self.lines, number_format="#.###,##")
		values = self.get_values()
		self.assertEqual(
			values, {"EU-1": 1234.56, "EU-2": 12500, "EU-3": 1500, "EU-4": 12.5, "EU-5": 4.5, "EU-6": 500}
		)

	def test_the_currency_of_a_sign_is_that_of_the_row(self):
		factories.make_exchange_rate("EUR", "INR", 90)
		rows = [
			deal("D1", currency="EUR", potential_value="500 €"),
			deal("D2", currency="EUR", potential_value="₹ 500"),
		]
		result = self.run_import(*to_lines(*rows))
		self.assertEqual(self.get_record("D1").potential_value, 500)
		self.assertIn("'₹ 500' says '₹', but the currency of the row is EUR", result.rejected[0][1])


class TestDelimiters(CsvTestCase):
	def test_semicolons_and_tabs_are_recognised(self):
		for delimiter in ";\t|":
			with self.subTest(delimiter=delimiter):
				row = deal(f"D{ord(delimiter)}", potential_value="1.234,56")
				lines = [delimiter.join(row), delimiter.join(row.values())]
				self.run_import(*lines, number_format="#.###,##")
				self.assertEqual(self.get_record(row["external_id"]).potential_value, 1234.56)

	def test_a_header_that_two_signs_may_part_is_asked_about(self):
		lines = ("Amount (net, EUR);customer", "5;Acme")
		with self.assertRefused(ImportInputError, "name it by --delimiter"):
			self.make_importer(*lines)
		self.assertEqual(self.make_importer(*lines, delimiter=";").table.columns[1], "customer")

	def test_a_tab_is_named_in_words(self):
		importing = self.make_importer("customer, Ltd\tregion", delimiter="tab")
		self.assertEqual(importing.table.columns, ["customer, Ltd", "region"])


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
			({"number_format": "#~###"}, "--number-format '#~###' is none of #,###.##  #.###,##"),
			({"delimiter": "abc"}, "--delimiter 'abc' is no single sign"),
			({"user_domain": "no domain"}, "is no domain"),
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
