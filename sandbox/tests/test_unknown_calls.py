"""What the sandbox does not know fails loudly and names itself."""

import frappe
import pytest
from frappe.apps import get_hooks
from frappe.database.schema import column_type
from frappe.types import NotInSandbox

UNKNOWN_CALLS = {
	"frappe.sendmail": lambda: frappe.sendmail(recipients=["a@example.com"]),
	"frappe.db.describe": lambda: frappe.db.describe("User"),
	"frappe.qb.rename_table": lambda: frappe.qb.rename_table("a", "b"),
	"frappe.cache.lpush": lambda: frappe.cache.lpush("queue", 1),
	"with_unicorns": lambda: frappe.get_all("User", with_unicorns=True),
	"explain": lambda: frappe.db.sql("select 1", explain=True),
	"benchmark": lambda: frappe.db.sql("select benchmark(1, 2)"),
	"Unicorn": lambda: column_type("Unicorn"),
}


@pytest.mark.parametrize("name", UNKNOWN_CALLS)
def test_an_unknown_call_is_named(name):
	with pytest.raises(NotInSandbox, match=name.split(".")[-1]):
		UNKNOWN_CALLS[name]()


def test_an_unknown_hook_is_named(monkeypatch):
	import erpnext.hooks

	monkeypatch.setattr(erpnext.hooks, "unicorn_hook", "somewhere", raising=False)
	with pytest.raises(NotInSandbox, match="unicorn_hook of erpnext"):
		get_hooks(app_name="erpnext")


def test_it_is_a_not_implemented_error_that_says_no_to_hasattr():
	assert issubclass(NotInSandbox, NotImplementedError)
	assert not hasattr(frappe, "extend_doctype_class")
	with pytest.raises(ImportError):
		from frappe.tests import IntegrationTestCase  # came with Frappe 16
