"""What an import can and can't read: values, maps, files, options."""

import re
from datetime import datetime
from unittest import TestCase

import frappe

from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.moving_in import importer
from crm_pipeline.moving_in.errors import ImportInputError, ImportQuestion, RowError
from crm_pipeline.moving_in.mapping import TargetField
from crm_pipeline.moving_in.masters import get_email
from crm_pipeline.moving_in.number_formats import NumberFormat
from crm_pipeline.moving_in.values import Currency, Formats, parse_value
from crm_pipeline.tests import personas
from crm_pipeline.tests.csv_files import DOMAIN, CsvTestCase, deal, to_lines
from crm_pipeline.tests.users import as_user

INDIAN = NumberFormat("#,##,###.##", ".", ",")
GERMAN = NumberFormat("#.###,##", ",", ".")
RUPEES = Currency("INR", frozenset({"INR", "₹"}))


def parse(text: str, fieldtype: str, number_format: NumberFormat = INDIAN, **formats):
	field = TargetField("potential_value", "Potential Value", fieldtype)
	return parse_value(text, field, Formats(number_format, **formats), lambda: RUPEES)


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
			("Date", "31.12.2024", "is not a date written as %Y-%m-%d; see --date-format"),
			("Date", "2024-02", "is not a date"),
			("Date", "45000", "is not a date"),
			("Datetime", "2024-02-30 08:30", "is not a date"),
			("Datetime", "2024-02-29 08:30 IST", "is not a date"),
		):
			with self.subTest(text=text), self.assertRaises(RowError) as error:
				parse(text, fieldtype)
			self.assertIn(message, str(error.exception))

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
		euros = {"currency": "EUR", "conversion_rate": "90"}
		rows = [
			deal("D1", potential_value="500 €", **euros),
			deal("D2", potential_value="₹ 500", **euros),
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
		importing = self.make_importer("customer, Ltd\tregion", "Acme\tNorth", delimiter="tab")
		self.assertEqual(importing.table.columns, ["customer, Ltd", "region"])


class TestDates(TestCase):
	def test_dates_and_times_in_the_formats_of_the_file(self):
		for date_format, text, value in (
			("%m/%d/%Y", "3/1/2017", datetime(2017, 3, 1)),
			("%d.%m.%Y", "01.03.2017 8:30", datetime(2017, 3, 1, 8, 30)),
			("%d.%m.%Y", "01.03.2017, 08:30:15", datetime(2017, 3, 1, 8, 30, 15)),
			("%m/%d/%Y", "3/1/2017 8:30 PM", datetime(2017, 3, 1, 20, 30)),
			("%Y-%m-%d", "2017-03-01T08:30:15.250000", datetime(2017, 3, 1, 8, 30, 15, 250000)),
			("%d %b %Y", "1 Mar 2017", datetime(2017, 3, 1)),
			("%d.%m.%Y um %H Uhr", "01.03.2017 um 8 Uhr", datetime(2017, 3, 1, 8)),
		):
			with self.subTest(text):
				self.assertEqual(parse(text, "Datetime", dates=(date_format,)), value)

	def test_a_time_with_a_zone_becomes_the_time_of_the_site(self):
		at_three = datetime(2024, 2, 29, 15)
		for text in (
			"2024-02-29T09:30:00Z",
			"2024-02-29 09:30 UTC",
			"2024-02-29T14:30:00+05:00",
			"2024-02-29 14:30 +0500",
			"2024-02-29T04:30:00-05",
			"2024-02-29T09:30:00.000Z",
		):
			with self.subTest(text):
				self.assertEqual(parse(text, "Datetime", site_zone="Asia/Kolkata"), at_three)
		self.assertEqual(
			parse("2024-02-29 20:00 UTC", "Date", site_zone="Asia/Kolkata"), datetime(2024, 3, 1).date()
		)
		self.assertEqual(
			parse("29.02.2024 0930 +0000", "Datetime", dates=("%d.%m.%Y %H%M %z",), site_zone="Asia/Kolkata"),
			at_three,
		)

	def test_a_date_that_is_two_days_is_refused(self):
		dates = ("%d/%m/%Y", "%m/%d/%Y")
		self.assertEqual(parse("31/12/2024", "Date", dates=dates), datetime(2024, 12, 31).date())
		self.assertEqual(parse("5/5/2024", "Date", dates=dates), datetime(2024, 5, 5).date())
		with self.assertRaisesRegex(RowError, "is another day in each of %d/%m/%Y, %m/%d/%Y"):
			parse("3/4/2024", "Date", dates=dates)


class TestQuestions(CsvTestCase):
	"""What only a person can decide is asked once, before anything is kept."""

	def ask(self, option: str, message: str, *rows: dict) -> tuple[str, ...]:
		with self.assertRaises(ImportQuestion) as error:
			self.make_importer(*to_lines(*rows))
		self.assertIn(message, str(error.exception))
		self.assertEqual(error.exception.option, option)
		return error.exception.answers

	def test_dates_that_fit_two_formats(self):
		rows = (deal("D1", opened_on="3/4/2017"), deal("D2", opened_on="5/6/2017"))
		answers = self.ask("date_formats", "e.g. '3/4/2017' (line 2): name one by --date-format", *rows)
		self.assertEqual(answers, ("%d/%m/%Y", "%m/%d/%Y"))
		self.run_import(*to_lines(*rows), date_formats=("%m/%d/%Y",))
		self.assertEqual(self.get_record("D1").opened_on, datetime(2017, 3, 4))

	def test_one_row_that_fits_one_format_decides(self):
		rows = (deal("D1", opened_on="3/4/2017"), deal("D2", opened_on="5/31/2017"))
		importing = self.make_importer(*to_lines(*rows))
		self.assertIn("dates as %m/%d/%Y", next(importing.get_notices()))
		importing.run()
		self.assertEqual(self.get_record("D1").opened_on, datetime(2017, 3, 4))

	def test_two_formats_in_one_file(self):
		rows = (deal("D1", opened_on="2017-04-03"), deal("D2", opened_on="05.06.2017"))
		answers = self.ask("date_formats", "'2017-04-03' (line 2), '05.06.2017' (line 3): name each", *rows)
		self.assertEqual(answers, ("%Y-%m-%d", "%d.%m.%Y"))
		self.run_import(*to_lines(*rows), date_formats=answers)
		self.assertEqual(self.get_record("D1").opened_on, datetime(2017, 4, 3))
		self.assertEqual(self.get_record("D2").opened_on, datetime(2017, 6, 5))

	def test_a_column_of_fractions(self):
		rows = (deal("D1", probability="0.8"), deal("D2", probability="1"), deal("D3", probability="0"))
		answers = self.ask("percents", "all numbers are between 0 and 1, e.g. '0.8' (line 2)", *rows)
		self.assertEqual(answers, ("fraction", "percent"))
		for number, (answer, expected) in enumerate(
			{"fraction": [80, 100, 0], "percent": [0.8, 1, 0]}.items()
		):
			self.run_import(
				*to_lines(*({**row, "external_id": f"{row['external_id']}-{number}"} for row in rows)),
				percents=answer,
			)
			found = [self.get_record(f"D{row}-{number}").probability for row in (1, 2, 3)]
			self.assertEqual(found, expected)

	def test_a_column_with_one_percent_over_1_is_none_of_fractions(self):
		for texts in (("0.8", "75"), ("0", "0"), ("80 %", "0.5 %")):
			rows = (deal(f"{texts}-{number}", probability=text) for number, text in enumerate(texts))
			with self.subTest(texts):
				self.assertEqual(self.run_import(*to_lines(*rows)).rejected, [])

	def test_a_percent_among_fractions_is_rejected(self):
		rows = (deal("D1", probability="0.8"), deal("D2", probability="80"), deal("D3", probability="80 %"))
		result = self.run_import(*to_lines(*rows), percents="fraction")
		self.assertIn("'80' is more than 1", result.rejected[0][1])
		self.assertEqual(self.get_record("D3").probability, 80)


class TestEncodings(CsvTestCase):
	def test_they_are_recognised(self):
		for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"):
			text = "\n".join(to_lines(deal(encoding, title="Zoë & Größe – 5 €")))
			path = self.folder / "deals.csv"
			path.write_bytes(text.encode(encoding))
			with self.subTest(encoding):
				importer.Importer(importer.Options(path)).run()
				self.assertEqual(self.get_record(encoding).title, "Zoë & Größe – 5 €")

	def test_they_are_named(self):
		path = self.folder / "deals.csv"
		path.write_bytes("\n".join(to_lines(deal("D1", title="Łódź"))).encode("cp1250"))
		importer.Importer(importer.Options(path, encoding="cp1250")).run()
		self.assertEqual(self.get_record("D1").title, "Łódź")

	def test_rejects_are_written_as_the_file_was(self):
		path = self.folder / "deals.csv"
		lines = to_lines(deal("D1", title="Zoë", potential_value="a lot"))
		path.write_bytes("\n".join(lines).replace(",", ";").encode("utf-16"))
		importing = importer.Importer(importer.Options(path))
		importing.run()
		self.assertIn("Zoë;", importing.rejects_path.read_text(encoding="utf-16").replace('"', ""))


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
			({"region": {"colum": "region"}}, "'colum' is unknown; it may hold column, columns, "),
			({"region": {"columns": ["region", "place"]}}, "has no column 'place'"),
			({"region": {"columns": []}}, "name one at least"),
			({"region": {"column": "region", "columns": ["region"]}}, "name either column or columns"),
			({"closed_on": {"column": "region", "statuses": ["Gained"]}}, "'Gained' is not one of Open"),
			({"closed_on": {"column": "region", "statuses": "Won"}}, "a list of texts is expected"),
			({"closed_on": {"column": "region", "date_format": "%d"}}, "'%d' names no full date"),
			({"region": {"values": {"North": 1}}}, "'North' must be a text"),
			({"region": {"lookup": {"file": "agents.csv"}}}, "key, value is missing"),
			({"region": {"lookup": lookup}}, "agents.csv can't be read"),
		):
			with self.subTest(message), self.assertRefused(ImportInputError, message):
				self.make_importer(*to_lines(deal("D1")), map_path=self.write_map(mapping))

	def test_a_key_twice_is_refused(self):
		path = self.write('{"region": "region", "region": "customer"}', "map.json")
		with self.assertRefused(ImportInputError, "map.json has 'region' more than once"):
			self.make_importer(*to_lines(deal("D1")), map_path=path)
		path = self.write('{"status": {"column": "status", "values": {"A": "Open", "A": "Won"}}}', "map.json")
		with self.assertRefused(ImportInputError, "map.json has 'A' more than once"):
			self.make_importer(*to_lines(deal("D1")), map_path=path)

	def test_a_look_up_that_says_two_things_or_too_little_is_refused(self):
		lookup = {"file": "agents.csv", "key": "agent", "value": "office"}
		path = self.write_map({"region": {"column": "region", "lookup": lookup}})
		for text, message in (
			("agent,office\nNikhil,North\nNikhil,South", "agents.csv has 'Nikhil' more than once in agent"),
			("agent,office\nNikhil", "agents.csv, line 2, has not as many cells as columns"),
		):
			self.write(text, "agents.csv")
			with self.subTest(message), self.assertRefused(ImportInputError, message):
				self.make_importer(*to_lines(deal("D1")), map_path=path)

	def test_the_first_of_several_columns_that_is_not_empty(self):
		rows = [deal("D1", amount="", guess="7"), deal("D2", amount="5", guess="7")]
		path = self.write_map({"potential_value": {"columns": ["amount", "guess"]}})
		self.run_import(*to_lines(*rows), map_path=path)
		self.assertEqual([self.get_record(name).potential_value for name in ("D1", "D2")], [7, 5])

	def test_a_column_for_some_statuses_only(self):
		day = {"opened_on": "2024-02-05", "close": "2024-03-01"}
		rows = [deal("D1", **day), deal("D2", status="Won", won_value="5", **day)]
		closed, running = ["Won", "Lost", "Rejected"], ["Open", "Offer Made"]
		mapping = {
			"closed_on": {"column": "close", "statuses": closed},
			"expected_closing": {"column": "close", "statuses": running},
		}
		result = self.run_import(*to_lines(*rows), map_path=self.write_map(mapping))
		self.assertEqual(result.rejected, [])
		self.assertEqual(str(self.get_record("D1").expected_closing), "2024-03-01")
		self.assertEqual(self.get_record("D2").closed_on, datetime(2024, 3, 1))

	def test_a_date_format_for_one_field(self):
		path = self.write_map({"expected_closing": {"column": "expected", "date_format": "%m/%d/%Y"}})
		self.run_import(*to_lines(deal("D1", expected="3/4/2031")), map_path=path)
		self.assertEqual(str(self.get_record("D1").expected_closing), "2031-03-04")

	def test_a_map_that_is_no_json_is_refused(self):
		with self.assertRefused(ImportInputError, "map.json is not valid JSON"):
			self.make_importer(*to_lines(deal("D1")), map_path=self.write("{", "map.json"))


class TestBadFiles(CsvTestCase):
	def refuse(self, content: bytes, message: str) -> None:
		path = self.folder / "deals.csv"
		path.write_bytes(content)
		with self.subTest(message), self.assertRefused(ImportInputError, message):
			importer.Importer(importer.Options(path))

	def test_a_file_that_cannot_be_read_is_refused(self):
		wide = ",".join(f"c{number}" for number in range(10_000)).encode()
		for content, message in (
			(b"", "is empty"),
			(b"\n\n", "is empty"),
			(b"region,customer\n", "has a header and no rows"),
			(b"region,customer\n,\n", "has a header and no rows"),
			(b"region,region\nNorth,South", "has the column 'region' more than once"),
			(wide + b",c1\n", "has the column 'c1' more than once"),
			(b"region,Region\nNorth,South", "are both region"),
			(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not a text file"),
			(b"region\n\x01\x02\x03", "is not a text file"),
			(b"PK\x03\x04 and nothing more", "is not a proper Excel file"),
			(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an Excel file of the old kind"),
			(b'region,customer\nNorth,"Acme\n', "is not a proper CSV file, line 2"),
			(b'region,customer\nNorth,"Acme" Ltd\n', "is not a proper CSV file, line 2"),
			(b"region\n" + b"a" * 200_000, "field larger than field limit"),
		):
			self.refuse(content, message)

	def test_a_file_in_two_encodings_is_refused_before_anything_is_kept(self):
		lines = to_lines(*(deal(f"D{number}", title="Zoë") for number in range(300)))
		content = "\n".join(lines).encode()
		before = self.count()
		self.refuse(content[:-20] + "Zoë".encode("cp1252"), "is UTF-8, but not in line 301")
		self.refuse(content.decode().encode("utf-16")[:-1], "can't be read as utf-16")
		self.assertEqual(self.count(), before)

	def test_an_encoding_that_only_a_person_can_tell_is_asked_about(self):
		for text, encoding in (("Привет, мир", "cp1251"), ("Wałęsa i Święty", "cp1250"), ("Şişli", "cp1254")):
			self.refuse(f"region\n{text}".encode(encoding), "name its encoding by --encoding")

	def test_a_row_of_ten_thousand_cells_is_rejected(self):
		header, row = to_lines(deal("D1"))
		result = self.run_import(header, row, row + ",more" * 10_000)
		self.assertEqual((result.imported, len(result.rejected)), (1, 1))
		self.assertLess(len(result.rejected[0][1]), 1000)

	def test_a_missing_file_is_refused(self):
		with self.assertRefused(ImportInputError, "can't be read: No such file or directory"):
			importer.Importer(importer.Options(self.folder / "nowhere.csv"))

	def test_options_that_do_not_fit_are_refused(self):
		for options, message in (
			({"defaults": {"colour": "red"}}, "--default colour: an import can't fill a field of that name"),
			({"defaults": {"potential_value": "much"}}, "--default potential_value: 'much' is not a number"),
			({"date_formats": ("%d",)}, "names no full date"),
			({"percents": "half"}, "--percent 'half' is neither"),
			({"encoding": "latin-99"}, "--encoding 'latin-99' is unknown"),
			({"encoding": "base64"}, "--encoding 'base64' is unknown"),
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
