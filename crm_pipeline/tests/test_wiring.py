"""Everything that is named in one place and lives in another: it exists, and is what it is taken for."""

import ast
import inspect
import json
import re
from pathlib import Path
from typing import get_type_hints

import frappe

import crm_pipeline
from crm_pipeline import hooks
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.tests.base import PipelineTestCase

APP = Path(crm_pipeline.__file__).parent
MODULE = APP / "crm_pipeline"
DOTTED_PATH = re.compile(r"^crm_pipeline(\.\w+)+$")
CLIENT_CALL = re.compile(r"""["'`](crm_pipeline(?:\.\w+){2,})["'`]""")
CLIENT_PREFIX = re.compile(r"""["'`](crm_pipeline(?:\.\w+){2,}\.)["'`]""")
CLIENT_NAME = re.compile(r"""(?:method: |\.call\(|[A-Z_]+ \+ )["'`](\w+)["'`]""")
CLIENT_MAPPER = re.compile(r"^\s*(make_\w+): ", re.MULTILINE)
ASSET = re.compile(r"""["'`](\w+\.bundle\.(?:js|css))["'`]""")

# what other programs may rely on: DocType → fields
FIELDS = {
	OPPORTUNITY: """title status opened_on closed_on opportunity_from party_name customer lead party_display_name region
		state city product_line business_unit opportunity_type source company currency conversion_rate potential_value
		base_potential_value probability weighted_value expected_closing with_items items contact_person contact_email
		contact_mobile party_address territory competitors next_step notes external_id sales_engineer
		application_engineer needs_details offer won_value won_currency base_won_value lost_reasons outcome_detail
		reopen_reason status_changed_by status_changed_on closed_by is_history next_contact_by next_contact_date
		awaiting_response_since keep_open_until first_responded_on mins_to_first_response""",
	"Pipeline Opportunity Item": """item_code item_name description item_group brand qty uom conversion_factor rate
		amount supplier_rate supplier_quotation margin_percent""",
	"Pipeline Region": """region_name parent_pipeline_region state country territory sales_manager disabled members
		routing_method""",
	"Pipeline Region Member": "user is_application_engineer weight out_of_office_from out_of_office_to",
	"Pipeline Lost Reason": "reason category applies_to needs_detail disabled",
	"Pipeline Opportunity Lost Reason": "lost_reason",
	"Pipeline Product Line": "product_line business_unit item_group disabled",
	"Pipeline Business Unit": "business_unit",
	"Pipeline Opportunity Type": "opportunity_type",
	"Pipeline Source": "source",
	"Pipeline Audit Log": """reference_doctype reference_name event from_status to_status user at reason amount
		seconds_in_status details previous_hash entry_hash""",
	"Pipeline Settings": "allow_zero_won_value win_on_sales_order lose_when_all_quotations_lost auto_close",
}
NAMES_OF_LINKED_RECORDS = ("status_changed_by", "closed_by")  # plain data, like the log


def get_definitions() -> list[dict]:
	return [json.loads(path.read_text()) for path in sorted(MODULE.glob("doctype/*/*.json"))]


def get_strings(value):
	"""Yield every string in nested hooks."""
	if isinstance(value, str):
		yield value
	elif isinstance(value, dict):
		for item in value.values():
			yield from get_strings(item)
	elif isinstance(value, list | tuple | set):
		for item in value:
			yield from get_strings(item)


def get_app_modules():
	"""Import and yield every module of the app but its tests."""
	for path in sorted(APP.rglob("*.py")):
		parts = path.relative_to(APP.parent).with_suffix("").parts
		if "tests" not in parts and "patches" not in parts:
			yield frappe.get_module(".".join(part for part in parts if part != "__init__"))


def get_stand_ins() -> dict:
	"""Return the functions that are called in place of others, which have no address of their own: → that other's path."""
	replaced = hooks.override_whitelisted_methods
	return {frappe.get_attr(path): other for other, path in replaced.items()}


def get_whitelisted() -> list:
	"""Return the whitelisted functions and methods that the app defines."""
	found = []
	for module in get_app_modules():
		owners = [module, *(item for _, item in inspect.getmembers(module, inspect.isclass))]
		for owner in owners:
			functions = [item for item in vars(owner).values() if inspect.isfunction(item)]
			found += [
				item
				for item in functions
				if item in frappe.whitelisted and item.__module__ == module.__name__
			]
	return found


def get_client_scripts() -> list[Path]:
	return [path for path in sorted(APP.rglob("*.js")) if "dist" not in path.parts]


def get_called(script: str):
	"""Yield the dotted path of every method of ours that a client script names, whole or as prefix and name."""
	yield from CLIENT_CALL.findall(script)
	for prefix in CLIENT_PREFIX.findall(script):
		for name in CLIENT_NAME.findall(script) + CLIENT_MAPPER.findall(script):
			yield prefix + name


class TestHooks(PipelineTestCase):
	def test_every_path_leads_somewhere(self):
		values = [value for key, value in vars(hooks).items() if not key.startswith("__")]
		paths = [text for text in get_strings(values) if DOTTED_PATH.match(text)]
		self.assertGreater(len(paths), 10)
		for path in paths:
			with self.subTest(path):
				self.assertTrue(callable(frappe.get_attr(path)))

	def test_every_client_script_is_where_the_framework_looks_for_it(self):
		paths = [
			path
			for value in hooks.doctype_js.values()
			for path in ([value] if isinstance(value, str) else value)
		]
		self.assertTrue(paths)
		for path in paths:  # from the app's folder
			self.assertTrue((APP / path).is_file(), path)
		named = {Path(path).name for path in paths}
		self.assertEqual(named, {path.name for path in (APP / "client_scripts").glob("*.js")})

	def test_every_doctype_named_exists(self):
		named = {*hooks.permission_query_conditions, *hooks.has_permission, *hooks.company_data_to_be_ignored}
		for key in hooks.doc_events:
			named.update([key] if isinstance(key, str) else key)
		for doctype in named - {"*"}:
			self.assertTrue(frappe.db.exists("DocType", doctype), doctype)

	def test_personal_data_fields_exist(self):
		for entry in hooks.user_data_fields:
			meta = frappe.get_meta(entry["doctype"])
			for fieldname in (entry["filter_by"], *entry["redact_fields"]):
				self.assertTrue(meta.has_field(fieldname), fieldname)

	def test_every_patch_can_be_run(self):
		lines = (APP / "patches.txt").read_text().splitlines()
		for line in lines:
			path = line.split()[0] if line.strip() and not line.startswith(("#", "[")) else None
			if path:
				self.assertTrue(callable(frappe.get_attr(f"{path}.execute")), path)
		self.assertIn("[post_model_sync]", lines)

	def test_bench_commands_are_found(self):
		names = [command.name for command in frappe.get_attr("crm_pipeline.commands.commands")]
		self.assertEqual(names, ["crm-pipeline"])


class TestWhitelistedFunctions(PipelineTestCase):
	def test_there_are_the_documented_ones(self):
		names = {function.__name__ for function in get_whitelisted()}
		documented = {
			"make_offer",
			"mark_won",
			"mark_lost",
			"mark_rejected",
			"reopen",
			"correct",
			"move_many",
		}
		self.assertLessEqual(documented, names)

	def test_every_one_is_fully_typed(self):
		for function in get_whitelisted():
			hints = get_type_hints(function)
			parameters = [
				name for name in inspect.signature(function).parameters if name not in ("self", "cls")
			]
			with self.subTest(function.__qualname__):
				self.assertEqual([name for name in (*parameters, "return") if name not in hints], [])

	def test_whatever_changes_something_is_post_only(self):
		for function in get_whitelisted():
			methods = frappe.allowed_http_methods_for_whitelisted_func[function]
			if function in get_stand_ins():
				continue  # called as ERPNext's own function is
			is_reading = function.__name__.startswith(("get_", "is_", "has_", "preview", "try_", "explain_"))
			with self.subTest(function.__qualname__):
				self.assertTrue(is_reading or list(methods) == ["POST"], methods)

	def test_none_is_for_guests(self):
		for function in get_whitelisted():
			self.assertNotIn(function, frappe.guest_methods)


class TestClientScripts(PipelineTestCase):
	def test_every_method_called_is_whitelisted(self):
		calls = [
			(path.name, method) for path in get_client_scripts() for method in get_called(path.read_text())
		]
		self.assertGreater(len(calls), 10)
		for script, method in calls:
			with self.subTest(f"{script}: {method}"):
				self.assertIn(frappe.get_attr(method), frappe.whitelisted)

	def test_every_bundle_required_exists(self):
		for path in get_client_scripts():
			for asset in ASSET.findall(path.read_text()):
				self.assertTrue(list((APP / "public").rglob(asset)), f"{path.name}: {asset}")


class TestDocTypes(PipelineTestCase):
	def test_every_field_of_the_contract_exists(self):
		for doctype, fieldnames in FIELDS.items():
			missing = [name for name in fieldnames.split() if not frappe.get_meta(doctype).has_field(name)]
			self.assertEqual(missing, [], doctype)

	def test_every_one_is_sorted(self):
		for definition in get_definitions():
			self.assertTrue(definition["sort_field"] and definition["sort_order"], definition["name"])

	def test_every_link_leads_to_a_doctype(self):
		for definition in get_definitions():
			for field in definition["fields"]:
				if field["fieldtype"] in ("Link", "Table", "Table MultiSelect"):
					exists = frappe.db.exists("DocType", field["options"])
					self.assertTrue(exists, f"{definition['name']}.{field['fieldname']}: {field['options']}")

	def test_every_currency_field_says_its_currency(self):
		for definition in get_definitions():
			for field in definition["fields"]:
				if field["fieldtype"] == "Currency":
					self.assertTrue(field.get("options"), f"{definition['name']}.{field['fieldname']}")

	def test_every_one_has_a_controller_and_no_tests_beside_it(self):
		for path in MODULE.glob("doctype/*/*.json"):
			self.assertTrue(path.with_suffix(".py").exists(), path.name)
			self.assertEqual(list(path.parent.glob("test_*")), [])

	def test_log_and_stamps_hold_plain_data(self):
		log = frappe.get_meta("Pipeline Audit Log")
		self.assertEqual([df.fieldname for df in log.fields if df.fieldtype in ("Link", "Dynamic Link")], [])
		for fieldname in NAMES_OF_LINKED_RECORDS:
			self.assertEqual(frappe.get_meta(OPPORTUNITY).get_field(fieldname).fieldtype, "Data")

	def test_fields_of_other_doctypes_carry_our_module(self):
		names = frappe.get_all("Custom Field", filters={"fieldname": "pipeline_opportunity"}, pluck="module")
		self.assertEqual(set(names), {"CRM Pipeline"})


class TestReports(PipelineTestCase):
	def test_every_report_opens(self):
		from frappe.desk.query_report import run

		reports = [path.stem for path in MODULE.glob("report/*/*.json")]
		self.assertTrue(reports)
		for report in reports:
			with self.subTest(report):
				self.assertTrue(run(frappe.unscrub(report), {})["columns"])


class TestDomain(PipelineTestCase):
	def test_it_imports_no_host(self):
		files = list((MODULE.parent / "domain").glob("*.py"))
		self.assertGreater(len(files), 2)
		for path in files:
			for node in ast.walk(ast.parse(path.read_text())):
				if isinstance(node, ast.Import | ast.ImportFrom):
					names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
					self.assertFalse(
						[name for name in names if name.split(".")[0] in ("frappe", "erpnext")], path.name
					)
