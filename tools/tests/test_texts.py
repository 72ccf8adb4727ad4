"""What the framework's extractor would not find is named, and what it finds passes."""

from pathlib import Path

import pytest

from tools.static_checks import check_python, find_in_client_script, find_in_template

APP_FILE = Path("crm_pipeline/offers/thing.py")
TEST_FILE = Path("crm_pipeline/tests/features/test_thing.py")

LOST = [
	"_(message)",
	"frappe._(message)",
	'_(f"{name} is gone")',
	'_("{0} is gone".format(name))',
	'_("It is " + state)',
	"_(REMEDIES[fieldname])",
	"_(label)",
	'_(doc.status or "Open")',
	"_()",
	"_lt(doc.status)",
	"x = _lt(message)",
	'", ".join(map(_, choices))',
	"translate = frappe._",
	'refuse("{0} is gone.", name)',
	'frappe.throw("Gone")',
	'frappe.msgprint("Gone", alert=True)',
]
FOUND = [
	'_("It is gone.")',
	'frappe._("It is gone.")',
	'_("It "\n"is gone.")',
	'_("{0} is gone.").format(name)',
	'_("Next contact", language)',
	'TEXTS = {"a": _lt("Gone")}',
	"str(TEXTS[kind])",
	"_(doc.status)",
	"_(status)",
	'_(entry["to_status"])',
	"_(meta.get_label(fieldname))",
	"_(name)  # reason: the name of a record",
	'refuse("{0} {1}", first, second)',
	'refuse(_("{0} is gone."), name)',
	"frappe.throw(text)",
	"for _ in range(3): pass",
]
LOST_IN_SCRIPT = [
	"__(label);",
	"__(`Gone`);",
	'__("It is " + state);',
	'__(is_open ? "Reopen" : status);',
	"${__(name)}",
	"__(\n\tmessage\n)",
]
FOUND_IN_SCRIPT = [
	'__("Gone");',
	"__('Gone');",
	'__("Say \\"gone\\"");',
	'__("{0} is gone", [name]);',
	'__(\n\t"Gone"\n);',
	"__(doc.status);",
	"__(df.label);",
	"__(name); // reason: the name of a record",
	"frm.doc.__onload(x);",
]


@pytest.mark.parametrize("code", LOST)
def test_a_text_that_is_not_written_out_is_found(code):
	assert check_python(APP_FILE, code)
	assert not check_python(TEST_FILE, code)


@pytest.mark.parametrize("code", FOUND)
def test_a_text_that_can_be_extracted_passes(code):
	assert not check_python(APP_FILE, code)


@pytest.mark.parametrize("code", LOST_IN_SCRIPT)
def test_a_text_of_a_script_that_is_not_written_out_is_found(code):
	assert list(find_in_client_script(code))


@pytest.mark.parametrize("code", FOUND_IN_SCRIPT)
def test_a_text_of_a_script_that_can_be_extracted_passes(code):
	assert not list(find_in_client_script(code))


def test_templates_are_read_too():
	assert [line for line, _text in find_in_template("<p>\n{{ _(label) }}</p>")] == [2]
	assert not list(find_in_template('{{ _("Party") }} {{ _(doc.status) }} {{ frappe.__(x) }}'))
