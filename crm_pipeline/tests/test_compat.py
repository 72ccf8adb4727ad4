"""What the app relies on inside the framework is there: this fails on a version that has it no longer."""

import inspect
from collections import defaultdict

import frappe
from frappe.model.document import Document

from crm_pipeline import compat
from crm_pipeline.tests.base import PipelineTestCase, site_only


@site_only("the framework's own sources are read")
class TestInsidesOfTheFramework(PipelineTestCase):
	def assertMentions(self, function, *texts: str) -> None:
		source = inspect.getsource(function)
		for text in texts:
			self.assertIn(text, source, f"{function.__qualname__} knows no {text}: see compat.py")

	def test_the_saved_copy_stands_where_save_looks_for_it(self):
		self.assertMentions(Document.get_doc_before_save, "_doc_before_save")
		self.assertMentions(Document.load_doc_before_save, "_doc_before_save")

	def test_a_save_asks_which_tables_to_spare(self):
		self.assertMentions(Document.update_child_table, "flags.ignore_children_type")

	def test_defaults_are_set_by_a_function_of_that_name(self):
		self.assertMentions(Document._set_defaults, "get_table_fields", "update_if_missing")
		self.assertMentions(Document._save, "_set_defaults")

	def test_what_a_new_record_begins_with_is_asked_for_like_this(self):
		from frappe.model import create_new

		self.assertMentions(create_new.make_new_doc, "get_valid_dict(sanitize=False)")

	def test_a_save_says_that_it_is_under_way(self):
		self.assertMentions(Document.set_user_and_timestamp, "flags.currently_saving")
		self.assertIsInstance(frappe.flags.currently_saving, list)

	def test_an_email_account_says_where_a_record_comes_from(self):
		from frappe.email import receive

		self.assertMentions(receive.InboundMail._build_communication_doc, "flags.in_receive = True")
		self.assertMentions(receive.InboundMail._create_reference_document, "flags.ignore_mandatory = True")
		self.assertMentions(receive.InboundMail._create_reference_document, "insert(ignore_permissions=True)")

	def test_names_are_kept_in_one_of_two_known_shapes(self):
		cache = frappe.db.value_cache
		self.assertTrue(isinstance(cache, defaultdict) or cache.__class__ is dict)
		compat.keep_name("User", "nobody@example.com", "nobody@example.com")
		self.addCleanup(frappe.db.value_cache.clear)
		self.assertTrue(compat.is_name_kept("User", "nobody@example.com"))
		# as the framework asks when it checks a link: a record that is not there proves where the answer comes from
		fields = ("name",) if isinstance(cache, defaultdict) else "name"
		kept = frappe.db.get_value("User", "nobody@example.com", fields, as_dict=fields != "name", cache=True)
		self.assertIn(kept, ({"name": "nobody@example.com"}, "nobody@example.com"))

	def test_transaction_control_is_a_count_where_there_is_one(self):
		if hasattr(frappe.db, "_disable_transaction_control"):
			self.assertEqual(frappe.db._disable_transaction_control, 0)
		else:
			self.assertFalse(hasattr(frappe.db, "disable_transaction_control"))

	def test_tests_say_that_they_run(self):
		self.assertTrue(compat.is_in_test())
