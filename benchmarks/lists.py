"""List pages, counts and link search, as the desk asks for them, for everybody from the manager to the newcomer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple
from unittest.mock import patch

import frappe
from frappe.desk import reportview
from frappe.desk.search import search_widget
from frappe.query_builder.functions import Count
from pypika.terms import LiteralValue

from benchmarks import people
from benchmarks.measure import Sample, Work, alternate, counted_statements, get_list_query
from benchmarks.site import OURS, THEIRS, fresh
from benchmarks.table import Row, make_row
from crm_pipeline.access import permissions

FAMILY = "lists"
PAGE = 20
CAP = 1001
DEEP = 100_000

USERS = {
	"manager": people.MANAGER,
	"owner of nothing": people.NEWCOMER,
	"owner of 2 %": people.SMALL_OWNER,
	"owner of 20 %": people.BIG_OWNER,
	"guest with 2,000 shares": people.GUEST,
	"owner of 10 %, helping": people.MIXED_OWNER,
}

# ERPNext knows no application engineer, so the last one sees more on our side
COMPARABLE = set(USERS.values()) - {people.MIXED_OWNER}


class Slice(NamedTuple):
	"""Filters that mean the same rows on both sides."""

	ours: list
	theirs: list
	start: int = 0


def both(region: str, status: str, their_status: str) -> Slice:
	return Slice(
		[[OURS, "region", "=", region], [OURS, "status", "=", status]],
		[[THEIRS, "territory", "=", region], [THEIRS, "status", "=", their_status]],
	)


SLICES = {
	"default": Slice([], []),
	"by status": Slice([[OURS, "status", "=", "Open"]], [[THEIRS, "status", "=", "Open"]]),
	"by region": Slice(
		[[OURS, "region", "=", people.COMMON_REGION]], [[THEIRS, "territory", "=", people.COMMON_REGION]]
	),
	"by two": both(people.COMMON_REGION, "Won", "Converted"),
	"by group of regions": Slice(
		[[OURS, "region", "in", people.REGIONS[:10]]], [[THEIRS, "territory", "in", people.REGIONS[:10]]]
	),
	"rare": Slice(
		[[OURS, "region", "=", people.RARE_REGION]], [[THEIRS, "territory", "=", people.RARE_REGION]]
	),
	"empty": both(people.SPARSE_REGION, "Rejected", "Closed"),
	"by customer": Slice(
		[[OURS, "party_name", "=", people.CUSTOMER]], [[THEIRS, "party_name", "=", people.CUSTOMER]]
	),
	"by engineer": Slice(
		[[OURS, "sales_engineer", "=", people.OWNERS[4]]],
		[[THEIRS, "opportunity_owner", "=", people.OWNERS[4]]],
	),
	"deep offset": Slice([], [], DEEP),
}


def run(repeats: int) -> Iterator[Row]:
	yield from measure_pages(repeats)
	yield from measure_counts(repeats)
	yield from measure_link_search(repeats)


def measure_pages(repeats: int) -> Iterator[Row]:
	for who, user in USERS.items():
		for name, piece in SLICES.items():
			sides = {
				"ours": lambda piece=piece: get_page(OURS, piece.ours, piece.start),
				"theirs": lambda piece=piece: get_page(THEIRS, piece.theirs, piece.start),
			}
			samples = alternate_as(user, sides, repeats)
			if user in COMPARABLE:
				assert_same(samples, len, f"page {name}, {who}")
			row = make_row(FAMILY, f"page {name}, {who}", samples, most=10, most_ratio=1.0)
			row.floor = time_known_page(samples["ours"].result, user, repeats)
			query = time_bare_query(sides["ours"], user, repeats)
			row.note = f"floor = the framework alone, told which rows; its SQL {query:.1f} ms"
			yield row


def measure_counts(repeats: int) -> Iterator[Row]:
	for who, user in USERS.items():
		for name in ("default", "by status", "by two", "empty"):
			piece = SLICES[name]
			for limit, title in ((CAP, "count to 1,001"), (0, "exact count")):
				sides = {
					"ours": lambda piece=piece, limit=limit: get_count(OURS, piece.ours, limit),
					"theirs": lambda piece=piece, limit=limit: get_count(THEIRS, piece.theirs, limit),
				}
				samples = alternate_as(user, sides, repeats)
				count = samples["ours"].result
				if user in COMPARABLE:
					assert_same(samples, int, f"{title} {name}, {who}")
				row = make_row(FAMILY, f"{title} {name}, {who}", samples, note=f"{count:,} rows")
				if limit or count <= 100_000:
					row.most = 25
				else:
					add_bare_count(row, piece, user, repeats)
				yield row


def measure_link_search(repeats: int) -> Iterator[Row]:
	for who in ("manager", "owner of 20 %"):
		for text in ("", "Customer 00007", "0000123", "no such thing"):
			sides = {
				"ours": lambda text=text: search_widget(OURS, text),
				"theirs": lambda text=text: search_widget(THEIRS, text),
			}
			samples = alternate_as(USERS[who], sides, repeats)
			yield make_row(FAMILY, f"link search “{text}”, {who}", samples, most_ratio=1.0)


def alternate_as(user: str, sides: dict, repeats: int) -> dict[str, Sample]:
	return alternate(sides, repeats, before=lambda: fresh(user))


def time_known_page(rows: list, user: str, repeats: int) -> float:
	"""Time a page of the same rows that are asked for by name, without our rule: nothing to find, sort or limit."""
	names = [row[0] for row in rows] or ["nothing"]
	sides = {"known": lambda: get_page(OURS, [[OURS, "name", "in", names]])}
	with patch.object(permissions, "get_opportunity_conditions", lambda *_args, **_kwargs: ""):
		return alternate_as(user, sides, repeats)["known"].median


def time_bare_query(work: Work, user: str, repeats: int) -> float:
	"""Time the page's own query."""
	fresh(user)
	with counted_statements() as seen:
		work()
	query = get_list_query(seen, OURS)
	return alternate({"bare": lambda: frappe.db.sql(query)}, repeats)["bare"].median


def get_page(doctype: str, filters: list, start: int = 0) -> list:
	"""Ask for a page as the list view does."""
	set_form(doctype, filters)
	frappe.form_dict.update(
		fields=json.dumps(get_list_fields(doctype)),
		order_by=f"`tab{doctype}`.`modified` desc",
		start=start,
		page_length=PAGE,
		view="List",
		with_comment_count=1,
	)
	page = reportview.get()
	return page["values"] if page else []


def get_count(doctype: str, filters: list, limit: int) -> int:
	set_form(doctype, filters)
	frappe.form_dict.update(fields="[]", distinct="false", limit=limit)
	return reportview.get_count()


def set_form(doctype: str, filters: list) -> None:
	frappe.local.form_dict = frappe._dict(doctype=doctype, filters=json.dumps(filters))


def get_list_fields(doctype: str) -> list[str]:
	meta = frappe.get_meta(doctype)
	shown = [df.fieldname for df in meta.fields if df.in_list_view]
	standard = ["name", "owner", "creation", "modified", "modified_by", "_user_tags", "_comments", "_assign"]
	names = dict.fromkeys([*standard, "_liked_by", "docstatus", "idx", meta.title_field, "status", *shown])
	return [f"`tab{doctype}`.`{name}`" for name in names]


def assert_same(samples: dict[str, Sample], measure: Callable, what: str) -> None:
	ours, theirs = (measure(sample.result) for sample in samples.values())
	if ours != theirs:
		raise AssertionError(f"{what}: {ours} of ours, {theirs} of ERPNext's")


def add_bare_count(row: Row, piece: Slice, user: str, repeats: int) -> None:
	"""Compare with the bare count: the same filters, the rule as the plain condition that it comes down to."""
	table = frappe.qb.DocType(OURS)
	query = frappe.qb.from_(table).select(Count("*"))
	for _doctype, fieldname, _operator, value in piece.ours:
		query = query.where(table[fieldname] == value)
	if condition := permissions.get_opportunity_conditions(user):
		query = query.where(LiteralValue(f"({condition})"))
	row.floor = alternate_as(user, {"bare": query.run}, repeats)["bare"].median
	row.most = round(row.floor * 1.2, 1)
	row.note += ", floor = bare SELECT COUNT"
