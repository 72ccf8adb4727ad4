"""Routing a new record: by our regions, and by ERPNext's stock assignment rules, the more of them the worse."""

from __future__ import annotations

from collections.abc import Iterator

import frappe
from frappe.cache_manager import clear_doctype_map
from frappe.model.document import Document

from benchmarks import people
from benchmarks.inserts import insert
from benchmarks.measure import alternate
from benchmarks.site import OURS, THEIRS, fresh
from benchmarks.table import Row, make_row
from crm_pipeline.api import routing as routing_api
from crm_pipeline.routing import rule

FAMILY = "routing"
COUNTS = (1, 20, 100)
MANAGER = people.MANAGER
RULE_NAME = "Bench Rule {0}"
REGION_NAME = "Bench Routing Region {0}"
DAYS = rule.DAYS


def run(repeats: int) -> Iterator[Row]:
	try:
		fresh(MANAGER)
		yield measure_insert("insert, engineer named, no rule", repeats, is_routed=False, most_ratio=1.0)
		yield from measure_routed(repeats)
		yield measure_save(repeats)
	finally:
		remove_rules()


def measure_routed(repeats: int) -> Iterator[Row]:
	one_rule = None
	for count in COUNTS:
		make_rules(count)
		row = measure_insert(
			f"insert, {count} regions : {count} rules", repeats, is_routed=True, most_ratio=1.0
		)
		one_rule = one_rule or row.theirs
		row.most = round(one_rule, 1)
		row.note = "≤ one stock rule"
		yield row


def measure_insert(work: str, repeats: int, is_routed: bool, **targets) -> Row:
	ours = people.get_reference_record(0)
	ours |= {"route_automatically": 1} if is_routed else {"sales_engineer": people.OWNERS[9]}
	theirs = people.get_their_record(0)
	sides = {"ours": lambda: insert(ours), "theirs": lambda: insert(theirs)}
	samples = alternate(sides, repeats, before=begin)
	if is_routed:
		assert_assigned(sides)
	begin()
	return make_row(FAMILY, work, samples, **targets)


def assert_assigned(sides: dict) -> None:
	for name, make in sides.items():
		begin()
		todo = {"reference_name": make().name, "status": "Open"}
		if frappe.db.count("ToDo", todo) != 1:
			raise AssertionError(f"The new record of the side {name} was not assigned once.")


def measure_save(repeats: int) -> Row:
	"""Save an assigned record again, with a hundred rules or regions there."""
	begin()
	ours = insert({**people.get_reference_record(0), "route_automatically": 1})
	theirs = insert(people.get_their_record(0))
	frappe.db.commit()
	docs = {"ours": (OURS, ours.name), "theirs": (THEIRS, theirs.name)}
	sides = {name: lambda key=key: frappe.get_doc(*key).save() for name, key in docs.items()}
	samples = alternate(sides, repeats, before=begin)
	begin()
	return make_row(
		FAMILY, f"load and save again, {COUNTS[-1]} regions : {COUNTS[-1]} rules", samples, most_ratio=1.0
	)


def begin() -> None:
	frappe.db.rollback()
	fresh(MANAGER)


def make_rules(count: int) -> None:
	"""Leave `count` rules of ERPNext's engine, of which the last one to be asked applies, and as many regions."""
	frappe.set_user("Administrator")
	routing_api.set_up_routing()
	for number in range(count):
		make_rule(number, count)
		if not frappe.db.exists("Pipeline Region", REGION_NAME.format(number)):
			member = {"user": people.OWNERS[number % 50], "weight": 1}
			people.make(
				"Pipeline Region",
				region_name=REGION_NAME.format(number),
				parent_pipeline_region=people.GROUP,
				members=[member],
			)
	frappe.db.commit()
	frappe.clear_cache()


def make_rule(number: int, count: int) -> None:
	name = RULE_NAME.format(number)
	doc: Document = (
		frappe.get_doc("Assignment Rule", name)
		if frappe.db.exists("Assignment Rule", name)
		else frappe.new_doc("Assignment Rule", __newname=name)
	)
	territory = people.COMMON_REGION if number == count - 1 else f"Elsewhere {number}"
	doc.update(
		{
			"document_type": THEIRS,
			"description": "Bench",
			"assign_condition": f"territory == '{territory}'",
			"rule": "Round Robin",
			"priority": -number,
			"users": [{"user": user} for user in people.OWNERS[:5]],
			"assignment_days": [{"day": day} for day in DAYS],
		}
	)
	doc.save()


def remove_rules() -> None:
	fresh("Administrator")
	for number in range(COUNTS[-1]):
		frappe.delete_doc("Assignment Rule", RULE_NAME.format(number), force=True, ignore_missing=True)
		frappe.delete_doc("Pipeline Region", REGION_NAME.format(number), force=True, ignore_missing=True)
	rule.delete()
	for doctype in (OURS, THEIRS):
		clear_doctype_map("Assignment Rule", doctype)
	frappe.db.commit()
	frappe.clear_cache()
