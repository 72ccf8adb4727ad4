"""Fills the site in bulk: the same facts become rows of both DocTypes, five years of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import frappe
from frappe.utils import add_to_date, now_datetime

from benchmarks import people
from benchmarks.site import OURS, THEIRS, get_company
from crm_pipeline.domain.routing import RULE

FACTS = "_benchmark_facts"
SQL = Path(__file__).with_name("sql")
DAYS = 5 * 365
BATCH = 100_000
# file in sql/ → what it is given beside the common values; in this order
STEPS = (
	("facts", {}),
	("ours", {}),
	("theirs", {}),
	("our_reasons", {}),
	("their_reasons", {}),
	("our_audit_log", {}),
	("todos", {"prefix": "OPP-", "doctype": OURS, "rule": RULE}),
	("todos", {"prefix": "CRM-OPP-", "doctype": THEIRS, "rule": "Bench Rule"}),
)
FILLED = (
	OURS,
	THEIRS,
	"Pipeline Opportunity Lost Reason",
	"Opportunity Lost Reason Detail",
	"Pipeline Audit Log",
	"ToDo",
)


def prepare(rows: int, say: Callable[[str], None]) -> None:
	"""Make people, masters and `rows` opportunities of each kind, unless exactly that stands already."""
	people.make_people()
	people.make_masters()
	frappe.db.commit()
	if count_facts() == rows == frappe.db.count(OURS) == frappe.db.count(THEIRS):
		say(f"{rows:,} rows of each kind stand already")
		return
	start = time.monotonic()
	empty()
	fill(rows, say)
	people.give_access()
	frappe.db.commit()
	analyze()
	say(f"{rows:,} rows of each kind made in {time.monotonic() - start:.0f} s")


def count_facts() -> int:
	return frappe.db.sql(f"select count(*) from `{FACTS}`")[0][0] if has_facts() else 0


def has_facts() -> bool:
	return bool(frappe.db.sql("show tables like %s", FACTS))


def empty() -> None:
	for doctype in FILLED:
		frappe.db.sql_ddl(f"truncate table `tab{doctype}`")
	frappe.db.sql_ddl(f"drop table if exists `{FACTS}`")
	frappe.db.delete("Customer", {"name": ("like", "Bench Customer %")})
	frappe.db.commit()


def fill(rows: int, say: Callable[[str], None]) -> None:
	company = get_company()
	values = {
		"rows": rows,
		"days": DAYS,
		"now": add_to_date(now_datetime().replace(hour=0, minute=0, second=0, microsecond=0), days=-1),
		"customers": max(1, rows // 50),
		"customer_group": frappe.db.get_value("Customer Group", {"is_group": 0}),
		"territory": people.COMMON_REGION,
		"business_unit": people.BUSINESS_UNIT,
		"company": company.name,
		"currency": company.default_currency,
	}
	frappe.db.sql("set session unique_checks = 0")
	run("customers", values)
	frappe.db.sql_ddl(read("facts_table"))
	for name, more in STEPS:
		start = time.monotonic()
		for first in range(1, rows + 1, BATCH):
			run(name, {**values, **more, "first": first, "last": min(rows, first + BATCH - 1)})
		say(f"  {name}: {time.monotonic() - start:.0f} s")


def run(name: str, values: dict) -> None:
	frappe.db.sql(read(name).replace("{their_source}", people.get_their_source_field()), values)
	frappe.db.commit()


def read(name: str) -> str:
	return (SQL / f"{name}.sql").read_text()


def analyze() -> None:
	"""Without it the optimizer would plan from the statistics of empty tables."""
	for doctype in (*FILLED, "Customer", "DocShare"):
		frappe.db.sql(f"analyze table `tab{doctype}`")
