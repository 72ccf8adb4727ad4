"""Who finds what in lists, and how filters treat empty columns."""

import frappe
import pytest
from frappe.desk.form import assign_to


def names(doctype, **options):
	return sorted(frappe.get_list(doctype, pluck="name", **options))


def test_without_a_role_only_shared_records_are_listed(sales_user):
	with pytest.raises(frappe.PermissionError):
		names("Holiday List", user=sales_user)
	frappe.share.add("Holiday List", "Test Holidays", sales_user)
	assert names("Holiday List", user=sales_user) == ["Test Holidays"]


def test_assigning_shares_a_record_that_the_user_may_not_read(sales_user):
	for doctype, name, is_shared in (("Holiday List", "Test Holidays", 1), ("Brand", "Own", 0)):
		if not frappe.db.exists(doctype, name):
			frappe.get_doc(doctype=doctype, brand=name).insert()
		assign_to.add({"assign_to": [sales_user], "doctype": doctype, "name": name})
		assert frappe.db.count("DocShare", {"share_doctype": doctype, "user": sales_user}) == is_shared


def test_an_empty_column_counts_as_empty_text_in_lists_and_as_null_elsewhere(customer):
	filters = {"name": customer.name, "tax_id": ("!=", "X")}
	assert names("Customer", filters=filters) == [customer.name]
	assert frappe.db.get_value("Customer", filters) is None


def test_text_compares_without_regard_to_case(customer):
	assert frappe.db.exists("Customer", "SANDBOX pumps") == customer.name
	assert names("Customer", filters={"customer_name": ("like", "sandbox%")}) == [customer.name]


@pytest.mark.parametrize("field", ["(select 1)", "sleep(1); drop", "concat(name, owner)"])
def test_a_list_takes_no_sub_query(sales_user, field):
	with pytest.raises(frappe.DataError):
		frappe.get_list("Customer", fields=[field], user=sales_user)


def test_hidden_columns_are_left_out(sales_user, customer):
	frappe.set_user(sales_user)
	filters = {"name": customer.name}  # the app's tests leave customers behind
	assert frappe.get_list("Customer", filters=filters, fields=["name", "no_such_column"]) == [filters]
