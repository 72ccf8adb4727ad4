"""A validate_… that changes what it is given is named; one that only throws passes."""

from pathlib import Path

import pytest

from tools.static_checks import check_python

APP_FILE = Path("crm_pipeline/crm_pipeline/doctype/thing/thing.py")
TEST_FILE = Path("crm_pipeline/tests/features/test_thing.py")

CHANGES = [
	"doc.amount = 3",
	"doc.amount += 3",
	"doc.amount: int = 3",
	"doc.first, doc.second = 1, 2",
	'doc["amount"] = 3',
	"doc.items[0].rate = 1",
	"doc.flags.ignore_mandatory = True",
	"del doc.items[0]",
	'doc.set("amount", 3)',
	'doc.update({"amount": 3})',
	'doc.append("items", {})',
	"doc.items.append(1)",
	"doc.remove(row)",
	'doc.set_system_value("amount", 3)',
	'doc.db_set("amount", 3)',
	'doc.flags.pop("audit_reason", None)',
	'setattr(doc, "amount", 3)',
	"if doc.amount:\n\t\tdoc.amount = None",
	"for row in doc.items:\n\t\trow.rate = 0",
	"for row in list(doc.items):\n\t\trow.set('rate', 0)",
	"for index, row in enumerate(doc.items):\n\t\trow.rate = 0",
	"for row in (doc, *doc.items):\n\t\trow.rate = 0",
	'for row in doc.get("items"):\n\t\trow.rate = 0',
	"flags = doc.flags\n\tflags.routed = True",
	"first = doc.items[0]\n\tother = first\n\tother.rate = 0",
	"for doc.amount in range(3): pass",
]
THROWS_ONLY = [
	"refuse(message, doc.name)",
	"amount = doc.amount",
	"known = {row.name for row in doc.items}\n\tknown.add(3)",
	"given = set()\n\tgiven.update(doc.names)",
	"names = []\n\tnames.append(doc.name)",
	"settings = get_settings()\n\tsettings.x = 1",
	"doc.amount == 3",
	"doc.set('amount', 3)  # reason: a cache",
]


@pytest.mark.parametrize("name", ["validate_thing", "_validate_thing"])
@pytest.mark.parametrize("body", CHANGES)
def test_a_validate_that_changes_something_is_found(body, name):
	code = f"def {name}(doc, row=None):\n\t{body}"
	assert check_python(APP_FILE, code), code
	assert not check_python(TEST_FILE, code)
	assert not check_python(APP_FILE, code.replace("validate_", "set_"))


@pytest.mark.parametrize("body", THROWS_ONLY)
def test_a_validate_that_only_throws_passes(body):
	assert not check_python(APP_FILE, f"def validate_thing(doc):\n\t{body}")


def test_a_method_may_not_change_its_own_document():
	code = "class Thing:\n\tdef validate_amount(self):\n\t\tself.amount = 3"
	assert check_python(APP_FILE, code)
	assert not check_python(APP_FILE, code.replace("validate_amount", "validate"))
