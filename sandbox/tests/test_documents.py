"""What happens to a document on its way into the database."""

import frappe
import pytest


def make_lead(**values):
	return frappe.get_doc({"doctype": "Lead", "first_name": "Asha", **values})


def test_a_link_to_nothing_is_named():
	with pytest.raises(frappe.LinkValidationError, match="Could not find Territory: Atlantis"):
		make_lead(territory="Atlantis").insert()


def test_frappe_misses_a_link_to_nothing_that_other_fields_follow():
	todo = frappe.get_doc(doctype="ToDo", description="Call", assigned_by="nobody@example.com").insert()
	assert todo.assigned_by == "nobody@example.com"


def test_a_missing_value_is_named():
	with pytest.raises(frappe.MandatoryError, match="brand"):
		frappe.get_doc(doctype="Customer", customer_type="").insert(ignore_links=True, set_name="brand")


def test_an_older_copy_does_not_overwrite():
	lead = make_lead().insert()
	frappe.get_doc("Lead", lead.name).save()
	with pytest.raises(frappe.TimestampMismatchError):
		lead.save()


def test_scripts_are_taken_out_of_text():
	lead = make_lead(city="<script>alert(1)</script><b>Pune</b>").insert()
	assert "<script>" not in lead.city and "<b>Pune</b>" in lead.city


def test_text_in_a_number_counts_as_zero_only_when_written():
	lead = make_lead(annual_revenue="a lot").insert()
	assert lead.annual_revenue == "a lot"
	assert frappe.db.get_value("Lead", lead.name, "annual_revenue") == 0


def test_renaming_takes_links_along(customer):
	lead = make_lead(customer=customer.name).insert()
	frappe.rename_doc("Customer", customer.name, "Sandbox Valves")
	assert frappe.db.get_value("Lead", lead.name, "customer") == "Sandbox Valves"


def test_a_linked_document_is_not_deleted(customer):
	make_lead(customer=customer.name).insert()
	with pytest.raises(frappe.LinkExistsError):
		customer.delete()


def test_a_tree_knows_its_descendants():
	from frappe.utils.nestedset import get_ancestors_of, get_descendants_of

	assert get_descendants_of("Territory", "India") == ["Tamil Nadu"]
	assert get_ancestors_of("Territory", "Tamil Nadu") == ["India", "All Territories"]
