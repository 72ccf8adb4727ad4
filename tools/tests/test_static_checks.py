"""Every check must be able to fail, and to let good code pass."""

from pathlib import Path

import pytest

from tools.static_checks import check_folder, check_python, find_in_client_script

API_FILE = Path("crm_pipeline/api/thing.py")
APP_FILE = Path("crm_pipeline/crm_pipeline/doctype/thing/thing.py")
DOMAIN_FILE = Path("crm_pipeline/domain/rules.py")
TEST_FILE = Path("crm_pipeline/tests/features/test_thing.py")

FORBIDDEN = [
	"doc.insert(ignore_permissions=True)",
	"doc.flags.ignore_permissions = True",
	"frappe.db.commit()",
	"db.commit()",
	'frappe.db.sql(f"select {x}")',
	'frappe.db.sql("select " + x)',
	'frappe.db.sql("select %s" % x)',
	'frappe.db.sql("select {}".format(x))',
	'frappe.db.sql_ddl(f"alter table `tab{x}`")',
	'condition = f"`tab{doctype}`.`name` = 1"',
	'condition = " or ".join(conditions)',
	'query = "select %s from `tabThing`" % x',
	'query = "select name from {0}".format(x)',
	"@frappe.whitelist(allow_guest=True)\ndef f(): ...",
	"eval(x)",
	"try:\n\tf()\nexcept:\n\tpass",
	'doc.db_set("status", "Won")',
	'doc.db_set({"status": "Won"})',
	'frappe.db.set_value("Thing", name, "status", "Won")',
	'frappe.db.set_value("Thing", name, {"status": "Won"})',
	'url = "/app/thing/" + name',
	"@frappe.whitelist()\ndef f(name): ...",
	"@frappe.whitelist()\ndef f(name: str, **kwargs): ...",
]

ALLOWED = [
	"doc.insert(ignore_permissions=False)",
	"doc.insert(ignore_permissions=True)  # reason: checked two lines above",
	"doc.insert(\n\tignore_permissions=True\n)  # reason: checked two lines above",
	'frappe.db.sql("select %s", x)',
	'message = f"{count} rows were selected from {file}"',
	'text = "{0} and {1}".format(a, b)',
	"click.commit()",
	'doc.db_set("opened_on", now)',
	'frappe.db.set_value("Thing", name, "amount", 3)',
	"try:\n\tf()\nexcept ValueError:\n\tpass",
	"def f(name): ...",
]


@pytest.mark.parametrize("code", FORBIDDEN)
def test_forbidden_code_is_found_in_the_app(code):
	assert check_python(APP_FILE, code)


@pytest.mark.parametrize("code", ALLOWED)
def test_good_code_passes(code):
	assert not check_python(APP_FILE, code)


def test_a_whitelisted_function_stands_in_the_api_and_is_typed():
	typed = "@frappe.whitelist(methods=['POST'])\ndef f(self, name: str, *, amount: float = 0): ..."
	assert not check_python(API_FILE, typed)
	assert check_python(APP_FILE, typed)
	assert check_python(API_FILE, "@frappe.whitelist()\ndef f(name): ...")


def test_tests_may_tamper():
	assert not check_python(TEST_FILE, 'frappe.db.set_value("Thing", name, "status", "Won")')


@pytest.mark.parametrize("code", ["import frappe", "from frappe.utils import flt", "import erpnext.selling"])
def test_the_domain_imports_no_host(code):
	assert check_python(DOMAIN_FILE, code)
	assert not check_python(APP_FILE, code)


def make_function(lines: int) -> str:
	return "def f():\n" + "\tx = 1\n" * (lines - 1)


def test_a_function_has_at_most_40_lines():
	assert not check_python(TEST_FILE, make_function(40))
	assert check_python(TEST_FILE, make_function(41))


def test_a_file_has_at_most_300_lines_unless_it_holds_tests():
	assert not check_python(APP_FILE, "x = 1\n" * 300)
	assert check_python(APP_FILE, "x = 1\n" * 301)
	assert not check_python(TEST_FILE, "x = 1\n" * 301)


@pytest.mark.parametrize("line", ["cur_frm.save();", 'window.open("/app/thing");', "go(`/app/${name}`);"])
def test_client_scripts_are_read_too(line):
	assert list(find_in_client_script(line))
	assert not list(find_in_client_script('frappe.set_route("Form", "Thing", name);'))


def test_a_folder_is_searched_and_the_place_named(tmp_path):
	file = tmp_path / APP_FILE
	file.parent.mkdir(parents=True)
	file.write_text("x = 1\neval(x)\n")
	assert list(check_folder(tmp_path)) == [f"{APP_FILE}:2: eval or exec"]


def test_what_is_built_of_the_bundles_is_left_alone(tmp_path):
	for folder, findings in (("dist/js", 0), ("js", 1)):
		file = tmp_path / "crm_pipeline/public" / folder / "thing.bundle.js"
		file.parent.mkdir(parents=True)
		file.write_text("cur_frm.save();\n")
		assert len(list(check_folder(tmp_path))) == findings
