"""What an import can and can't read: values, maps, files, options."""

from datetime import datetime
from unittest import TestCase

import frappe

from crm_pipeline.moving_in import importer
from crm_pipeline.moving_in.errors import ImportInputError, RowError
from crm_pipeline.moving_in.masters import get_email
from crm_pipeline.moving_in.values import parse_value
from crm_pipeline.tests import personas
from crm_pipeline.tests.csv_files import DOMAIN, CsvTestCase, deal, to_lines
from crm_pipeline.tests.users import as_user


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
