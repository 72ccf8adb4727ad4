"""Transactions, savepoints, callbacks and counters."""

import frappe


def make_brand(name):
	return frappe.get_doc(doctype="Brand", brand=name).insert()


def test_a_rollback_to_a_savepoint_keeps_what_was_before():
	make_brand("Before")
	frappe.db.savepoint("here")
	make_brand("After")
	frappe.db.rollback(save_point="here")
	assert frappe.db.exists("Brand", "Before") and not frappe.db.exists("Brand", "After")


def test_a_rollback_drops_callbacks_and_jobs():
	called = []
	frappe.db.after_commit.add(lambda: called.append("commit"))
	frappe.db.after_rollback.add(lambda: called.append("rollback"))
	frappe.db.rollback()
	frappe.db.commit()
	assert called == ["rollback"]


def test_a_job_runs_after_the_commit_unless_now():
	frappe.enqueue(frappe.log_error, title="Later")
	frappe.enqueue(frappe.log_error, title="Now", now=True)
	assert frappe.get_all("Error Log", pluck="method", filters={"method": ("in", ["Later", "Now"])}) == [
		"Now"
	]


def test_what_a_callback_adds_runs_in_the_same_round():
	called = []
	frappe.db.after_commit.add(
		lambda: (frappe.db.after_commit.add(lambda: called.append(1)), frappe.db.commit())
	)
	frappe.db.commit()
	assert called == [1]


def test_a_sequence_survives_a_rollback():
	name = frappe.db.create_sequence("Sandbox", check_not_exists=True)
	first = frappe.db.get_next_sequence_val("Sandbox")
	frappe.db.rollback()
	assert frappe.db.get_next_sequence_val("Sandbox") == first + 1
	frappe.db.sql_ddl(f"drop sequence `{name}`")


def test_a_change_of_the_schema_commits():
	make_brand("Committed")
	frappe.db.add_index("Brand", ["description"])
	frappe.db.rollback()
	assert frappe.db.exists("Brand", "Committed")
	frappe.delete_doc("Brand", "Committed")
	frappe.db.commit()


def test_dates_come_back_as_dates_even_from_an_aggregate():
	table = frappe.qb.DocType("User")
	newest = frappe.qb.from_(table).select(frappe.qb.functions("MAX", table.creation)).run()[0][0]
	assert newest == max(frappe.get_all("User", pluck="creation"))
