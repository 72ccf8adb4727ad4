from unittest.mock import patch

import frappe

from crm_pipeline import indexes
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.patches.v0_1 import drop_unnamed_indexes, widen_short_texts
from crm_pipeline.tests.base import PipelineTestCase

A_SHORT_TEXT = {"one_more": {"fieldtype": "Select", "length": 20}}


def get_fields(doctype: str) -> dict[str, dict]:
	return {
		df.fieldname: {"fieldtype": df.fieldtype, "length": df.get("length")}
		for df in frappe.get_meta(doctype).fields
	}


class TestIndexes(PipelineTestCase):
	def test_the_tables_have_the_indexes_that_are_named_with_their_columns(self):
		for doctype, wanted in (*indexes.TABLES.items(), *indexes.UNIQUE.items()):
			existing = indexes.get_existing(doctype)
			for name, fieldnames in wanted.items():
				self.assertEqual(existing[name], fieldnames, name)

	def test_each_key_fits_with_one_more_column_where_texts_are_at_least_64_long(self):
		for doctype, wanted in (*indexes.TABLES.items(), *indexes.UNIQUE.items()):
			fields = {**get_fields(doctype), **A_SHORT_TEXT}
			for name, fieldnames in wanted.items():
				more = () if doctype in indexes.OF_THE_FRAMEWORK else ("one_more",)
				length = indexes.get_key_bytes(fields, (*fieldnames, *more))
				self.assertLessEqual(length, indexes.MOST_BYTES, name)

	def test_key_bytes_are_counted_as_the_database_does(self):
		fields = {
			"status": {"fieldtype": "Select", "length": 20},
			"title": {"fieldtype": "Data", "length": 200},
			"region": {"fieldtype": "Link"},
			"value": {"fieldtype": "Currency"},
		}
		for fieldname, expected in {
			"status": 64 * 4 + 3,
			"title": 200 * 4 + 3,
			"region": 140 * 4 + 3,
			"parent": 140 * 4 + 3,
			"value": 11,
			"modified": 11,
		}.items():
			self.assertEqual(indexes.get_key_bytes(fields, (fieldname,)), expected, fieldname)
		self.assertEqual(indexes.get_key_bytes(fields, ("status", "region")), 259 + 563)

	def test_an_index_that_is_no_longer_as_here_goes_and_no_other(self):
		wanted = indexes.TABLES[OPPORTUNITY]
		former = {
			"PRIMARY": ("name",),
			"modified": ("modified",),
			"pipeline_of_former_times": ("modified",),
			"pipeline_openings": ("opened_on", "status"),
			"pipeline_stages": wanted["pipeline_stages"],
		}
		with (
			patch.object(indexes, "get_existing", lambda doctype: former if doctype == OPPORTUNITY else {}),
			patch.object(indexes.sql, "drop_index") as drop,
		):
			indexes.drop_outdated()
		gone = ("pipeline_of_former_times", "pipeline_openings")
		self.assertEqual([call.args for call in drop.call_args_list], [(OPPORTUNITY, name) for name in gone])

	def test_those_from_before_they_had_names_go(self):
		with patch.object(frappe.db, "sql_ddl") as sql_ddl:
			drop_unnamed_indexes.execute()
		for columns in (
			("status", "modified"),
			("closed_on", "status"),
			("party_name", "product_line", "status"),
		):
			drop = f"drop index if exists `{'_'.join(columns)}_index`"
			self.assertTrue(any(drop in call.args[0] for call in sql_ddl.call_args_list), drop)

	def test_columns_shorter_than_on_a_new_site_are_made_longer(self):
		short = {
			doctype
			for doctype in frappe.get_all(
				"DocType", filters={"module": "CRM Pipeline", "issingle": 0}, pluck="name"
			)
			for field in get_fields(doctype).values()
			if field["fieldtype"] in indexes.TEXTS and 0 < (field["length"] or 0) < indexes.LEAST_CHARACTERS
		}
		with patch.object(frappe.db, "updatedb") as updatedb:
			widen_short_texts.execute()
		self.assertEqual({call.args[0] for call in updatedb.call_args_list}, short)

	def test_rows_that_are_there_twice_stop_no_migrate(self):
		with patch.object(indexes.sql, "add_unique_index", side_effect=ZeroDivisionError):
			with patch.object(frappe.db, "is_duplicate_entry", return_value=True):
				indexes.make_unique("Pipeline Audit Log", "unique_chain_link", ("reference_name",))
			self.assertTrue(frappe.db.exists("Error Log", {"method": ("like", "%holds rows twice%")}))
			with patch.object(frappe.db, "is_duplicate_entry", return_value=False):
				self.assertRaises(ZeroDivisionError, indexes.make_unique, "ToDo", "other", ("name",))
