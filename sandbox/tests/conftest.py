"""Every test starts as Administrator on the session's site, and its writes are undone."""

import frappe
import pytest


@pytest.fixture(autouse=True)
def undo_writes():
	frappe.set_user("Administrator")
	frappe.db.commit()
	yield
	frappe.set_user("Administrator")
	frappe.db.rollback()
	frappe.clear_messages()


@pytest.fixture
def customer():
	return frappe.get_doc(doctype="Customer", customer_name="Sandbox Pumps", territory="India").insert()


@pytest.fixture
def sales_user():
	user = frappe.get_doc(doctype="User", email="sandbox@example.com", first_name="Sandbox")
	return user.update({"roles": [{"role": "Sales User"}]}).insert().name
