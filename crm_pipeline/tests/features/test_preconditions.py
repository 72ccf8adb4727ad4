"""What a site must be like: each refusal names what, which value, and what to do."""

import re
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import Mock, patch

import frappe

import crm_pipeline
from crm_pipeline import custom_fields, indexes, preconditions
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.dashboard.set_up import BOARD
from crm_pipeline.tests.base import PipelineTestCase, site_only

REFUSED = frappe.IncompatibleApp
TODO = "crm_pipeline_helper"
PYPROJECT = Path(crm_pipeline.__file__).parents[1] / "pyproject.toml"


class TestAll(PipelineTestCase):
	def test_each_is_asked_for(self):
		for part in ("versions", "database", "names", "custom_fields"):
			with ExitStack() as stack:
				for name in ("versions", "database", "names", "custom_fields"):
					refusal = REFUSED if name == part else None
					stack.enter_context(patch.object(preconditions, f"validate_{name}", side_effect=refusal))
				with self.assertRaises(REFUSED):
					preconditions.validate()


class TestVersions(PipelineTestCase):
	def test_those_that_no_test_ran_on_are_refused(self):
		for version in ("14.99.9", "15.103.2", "15.x.x-develop", "17.0.0-dev", "17.0.0", "18.1.0"):
			sentence = f"frappe is {version}: this app runs on 15.103.3 and newer, below 17."
			with patch.object(frappe, "__version__", version), self.assertRefused(REFUSED, sentence):
				preconditions.validate_versions()

	def test_the_others_are_not(self):
		for version in ("15.103.3", "15.104.0", "16.0.0-dev", "16.0.0-beta.2", "16.10.7"):
			with patch.object(frappe, "__version__", version):
				preconditions.validate_versions()

	def test_an_old_erpnext_is_refused_too(self):
		import erpnext

		sentence = (
			"erpnext is 15.99.0: this app runs on 15.99.1 and newer, below 17. Bring erpnext there first."
		)
		with patch.object(erpnext, "__version__", "15.99.0"), self.assertRefused(REFUSED, sentence):
			preconditions.validate_versions()

	def test_bench_is_told_the_same(self):
		text = PYPROJECT.read_text().split("[tool.bench.frappe-dependencies]")[1].split("[")[0]
		told = dict(re.findall(r'^(\w+) = "(.+)"$', text, re.MULTILINE))
		expected = {app: f">={oldest},<{new}" for app, (oldest, new) in preconditions.VERSIONS.items()}
		self.assertEqual(told, expected)


class TestDatabase(PipelineTestCase):
	def validate(self, db_type="mariadb", page_size=16384, **lengths) -> None:
		"""Validate a site of that database, whose columns of text are as the framework makes them, but for `lengths`."""
		columns = {
			name: 140 for index in indexes.TABLES.values() for names in index.values() for name in names
		}
		with ExitStack() as stack:
			stack.enter_context(patch.object(frappe.db, "db_type", db_type))
			stack.enter_context(patch.object(preconditions, "get_page_size", lambda: page_size))
			columns = {**columns, "read": 0, **lengths}
			stack.enter_context(patch.object(preconditions, "get_lengths", lambda doctype: columns))
			preconditions.validate_database()

	def test_another_than_mariadb_is_refused(self):
		sentence = "The site's database is postgres: this app runs on MariaDB only. Make the site there."
		with self.assertRefused(REFUSED, sentence):
			self.validate("postgres")

	def test_pages_of_the_default_size_and_larger_hold_every_key(self):
		for page_size in (16384, 32768, 65536):
			self.validate(page_size=page_size)

	def test_smaller_pages_are_refused(self):
		for page_size, most in ((8192, 1536), (4096, 768)):
			ending = f"innodb_page_size = {page_size} allows {most}. Set it to 16384."
			with self.assertRefused(REFUSED, ending):
				self.validate(page_size=page_size)

	def test_a_column_of_the_framework_that_was_made_too_long_is_refused(self):
		sentence = (
			f"Index {TODO} of ToDo has keys of 5055 bytes, innodb_page_size = 16384 allows 3072."
			" Make its column reference_name shorter."
		)
		with self.assertRefused(REFUSED, sentence):
			self.validate(reference_name=700)

	@site_only("columns of a real database")
	def test_this_site_can_hold_every_key(self):
		preconditions.validate_database()
		self.assertEqual(preconditions.get_lengths("ToDo")["allocated_to"], 140)
		self.assertNotIn("read", preconditions.get_lengths("DocShare"))
		self.assertGreaterEqual(preconditions.get_page_size(), 16384)


class TestNames(PipelineTestCase):
	def test_those_of_an_install_that_stopped_are_no_obstacle(self):
		preconditions.validate_names()

	def test_a_record_of_somebody_elses_is(self):
		for doctype, name, field, owner in (
			("DocType", "Pipeline Region", "module", "Core"),
			("Report", "Win Rate", "module", "Core"),
			("Workspace", "CRM Pipeline", "module", "Core"),
			("Number Card", "Pipeline Stalled", "module", "Core"),
			("Dashboard Chart", "Pipeline by Stage", "module", "Core"),
			("Print Format", "Opportunity Summary", "module", "Core"),
			("Kanban Board", BOARD, "reference_doctype", "Lead"),
			("Module Def", "CRM Pipeline", "app_name", "erpnext"),
			("Desktop Icon", "CRM Pipeline", "app", "erpnext"),
		):
			if frappe.db.exists(doctype, name):
				with self.subTest(doctype):
					self.check_refused(doctype, name, field, owner)

	def check_refused(self, doctype: str, name: str, field: str, owner: str) -> None:
		frappe.db.savepoint("name")
		frappe.db.set_value(doctype, name, field, owner)
		sentence = (
			f"{doctype} {name} of {owner} exists already, and this app brings its own. Rename or delete it."
		)
		with self.assertRefused(REFUSED, sentence):
			preconditions.validate_names()
		frappe.db.rollback(save_point="name")

	def test_one_that_belongs_to_no_module_is(self):
		frappe.db.set_value("Report", "Win Rate", "module", None)
		with self.assertRefused(REFUSED, "Report Win Rate of no module exists already"):
			preconditions.validate_names()

	def test_every_file_of_the_desk_is_looked_at(self):
		shipped = {(record["doctype"], record["name"]) for record in preconditions.get_shipped()}
		self.assertLessEqual(
			{
				("DocType", OPPORTUNITY),
				("Report", "Pipeline Funnel"),
				("Number Card", "Pipeline Offers Out"),
				("Desktop Icon", "CRM Pipeline"),
				("Workspace Sidebar", "CRM Pipeline"),
			},
			shipped,
		)


class TestCustomFields(PipelineTestCase):
	LEAD = custom_fields.CUSTOM_FIELDS["Lead"][0]

	def validate(self, **found) -> None:
		field = frappe._dict({**self.LEAD, "is_custom_field": 1, **found})
		with patch.object(frappe, "get_meta", return_value=Mock(get_field=lambda fieldname: field)):
			preconditions.validate_custom_field("Lead", self.LEAD)

	def test_ours_are_no_obstacle_whatever_they_were(self):
		preconditions.validate_custom_fields()
		self.validate(module="CRM Pipeline", fieldtype="Data", options=None)

	def test_one_of_somebody_elses_that_is_alike_is_none(self):
		self.validate(module=None)

	def test_one_of_another_type_or_target_is_refused(self):
		for found, told in (
			({"fieldtype": "Data", "options": None}, "Data"),
			({"options": "Supplier"}, "Link Supplier"),
		):
			sentence = (
				f"Lead has a field pipeline_customer already ({told}), and this app brings its own."
				" Rename or delete it."
			)
			with self.assertRefused(REFUSED, sentence):
				self.validate(module="Selling", **found)

	def test_a_field_of_the_doctype_itself_is_refused(self):
		with self.assertRefused(REFUSED, "Lead has a field pipeline_customer already"):
			self.validate(is_custom_field=0)

	def test_every_field_that_install_makes_is_looked_at(self):
		with patch.object(preconditions, "validate_custom_field") as validate_custom_field:
			preconditions.validate_custom_fields()
		looked_at = {
			(call.args[0], call.args[1]["fieldname"]) for call in validate_custom_field.call_args_list
		}
		self.assertLessEqual(
			{("Quotation", "pipeline_opportunity"), ("DocShare", "pipeline_by_assignment")}, looked_at
		)
