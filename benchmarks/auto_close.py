"""Closing what waited too long for an answer: our job and ERPNext's, as many records each."""

from __future__ import annotations

import time
from collections.abc import Iterator

import frappe
from erpnext.crm.doctype.opportunity.opportunity import auto_close_opportunity
from frappe.utils import add_days, now_datetime

from benchmarks import people
from benchmarks.site import OURS, THEIRS, connect, fresh
from benchmarks.table import Row
from crm_pipeline.api import routing as routing_api
from crm_pipeline.auto_close import run as auto_close_run
from crm_pipeline.domain.routing import RULE
from crm_pipeline.routing import rule

FAMILY = "auto-close"
SECONDS = "s"
PREFIXES = {OURS: "OPP-CLOSE-", THEIRS: "CRM-OPP-CLOSE-"}
COUNTS = (5000,)
DAYS = 15
SETTINGS = {
	"auto_close": 1,
	"auto_close_after_days": DAYS,
	"auto_close_warning_days": 2,
	"auto_close_lost_reason": people.REASONS[0],
}


def run(counts: tuple[int, ...] = COUNTS) -> Iterator[Row]:
	try:
		set_up()
		for count in counts:
			names = {OURS: make(OURS, count), THEIRS: make(THEIRS, count)}
			ours = time_of(auto_close_run.run)
			theirs = time_of(auto_close_opportunity)
			assert_closed(names)
			remove(names)
			yield Row(
				FAMILY,
				f"auto-close of {count:,}, audit and to-dos included",
				SECONDS,
				ours,
				theirs,
				most_ratio=0.35,
			)
	finally:
		tear_down()


def remove(names: dict[str, list[str]]) -> None:
	for doctype, made in names.items():
		frappe.db.delete(doctype, {"name": ("in", made)})
	frappe.db.commit()


def set_up() -> None:
	fresh("Administrator")
	routing_api.set_up_routing()
	frappe.get_doc("Pipeline Settings").update(SETTINGS).save()
	frappe.db.commit()


def tear_down() -> None:
	fresh("Administrator")
	frappe.db.rollback()
	rule.delete()
	frappe.get_doc("Pipeline Settings").update({"auto_close": 0}).save()
	frappe.db.commit()


def make(doctype: str, count: int) -> list[str]:
	"""Copy open records, to-do included, that have waited long enough; both kinds copy the same ones."""
	rows = frappe.get_all(
		doctype, filters={"status": "Open"}, fields=["*"], order_by="name desc", limit=count
	)
	if len(rows) < count:
		raise AssertionError(f"There are only {len(rows)} open {doctype} to copy.")
	for number, row in enumerate(rows):
		row.update(
			name=f"{PREFIXES[doctype]}{count}-{number:05d}", creation=now_datetime(), **get_waiting(doctype)
		)
	insert_many(doctype, rows)
	insert_many("ToDo", [get_todo(doctype, row) for row in rows])
	frappe.db.commit()
	return [row.name for row in rows]


def get_waiting(doctype: str) -> dict:
	long_ago = add_days(now_datetime(), -DAYS - 10)
	if doctype == THEIRS:
		return {"status": "Replied", "modified": long_ago}
	return {"awaiting_response_since": long_ago, "auto_close_warned_on": add_days(long_ago, DAYS - 1)}


def get_todo(doctype: str, row: dict) -> dict:
	return {
		"name": f"todo-{row.name}",
		"creation": row.creation,
		"modified": row.creation,
		"status": "Open",
		"allocated_to": row.owner,
		"reference_type": doctype,
		"reference_name": row.name,
		"description": "Bench to-do",
		"assignment_rule": RULE if doctype == OURS else None,
	}


def insert_many(doctype: str, rows: list[dict]) -> None:
	frappe.db.bulk_insert(doctype, list(rows[0]), [list(row.values()) for row in rows])


def time_of(job) -> float:
	"""Run the job as the scheduler does: in its own connection, committed at the end."""
	connect(frappe.local.site)
	start = time.perf_counter()
	job()
	frappe.db.commit()
	return time.perf_counter() - start


def assert_closed(names: dict[str, list[str]]) -> None:
	for doctype, status in ((OURS, "Lost"), (THEIRS, "Closed")):
		closed = frappe.db.count(doctype, {"name": ("in", names[doctype]), "status": status})
		if closed != len(names[doctype]):
			raise AssertionError(f"{closed} of {len(names[doctype])} {doctype} were closed.")
	logged = {"name": ("in", [f"{name}-0002" for name in names[OURS]]), "event": "Auto Closed"}
	if frappe.db.count("Pipeline Audit Log", logged) != len(names[OURS]):
		raise AssertionError("Not every closed record is in the audit log.")
	open_todos = {"reference_name": ("in", names[OURS]), "status": "Open"}
	if frappe.db.count("ToDo", open_todos):
		raise AssertionError("To-dos of closed records are open.")
