"""What the indexes cost on disk and on insert, and what each list query makes of them."""

from __future__ import annotations

from collections.abc import Iterator

import frappe

from benchmarks.lists import CAP, SLICES, USERS, get_count, get_page
from benchmarks.measure import alternate, counted_statements, get_list_query
from benchmarks.site import OURS, THEIRS, fresh
from benchmarks.table import Row

FAMILY = "indexes"
INSERTED = 5000
COPIES = {"indexed": "_benchmark_indexed", "bare": "_benchmark_bare"}
MOST_READ = 5000


def run(repeats: int) -> Iterator[Row]:
	fresh("Administrator")
	yield from measure_size()
	yield measure_insert(repeats)
	yield from explain_lists()


def measure_size() -> Iterator[Row]:
	sizes = {doctype: get_sizes(doctype) for doctype in (OURS, THEIRS)}
	for number, title in enumerate(("rows", "secondary indexes")):
		ours, theirs = (sizes[doctype][number] for doctype in (OURS, THEIRS))
		yield Row(FAMILY, f"on disk: {title}", "MB", ours, theirs)
	for name, size in get_index_sizes():
		yield Row(FAMILY, f"on disk: {name}", "MB", size)


def get_sizes(doctype: str) -> tuple[float, float]:
	"""Return the MB of rows and of secondary indexes."""
	sizes = frappe.db.sql(
		"select data_length / 1e6, index_length / 1e6 from information_schema.tables"
		" where table_schema = database() and table_name = %s",
		f"tab{doctype}",
	)
	return tuple(map(float, sizes[0]))


def get_index_sizes() -> list[tuple[str, float]]:
	"""Return (index, MB) of our table; empty where the user may not read the statistics."""
	try:
		rows = frappe.db.sql(
			"select index_name, stat_value * @@innodb_page_size / 1e6 from mysql.innodb_index_stats"
			" where database_name = database() and table_name = %s and stat_name = 'size'",
			f"tab{OURS}",
		)
	except Exception:  # an ordinary site user may not
		return []
	return [(name, float(size)) for name, size in rows if name != "PRIMARY"]


def measure_insert(repeats: int) -> Row:
	"""Insert rows into a copy of the table with all indexes and into one with the framework's alone."""
	make_copies()
	sides = {name: lambda table=table: fill(table) for name, table in COPIES.items()}
	samples = alternate(sides, repeats, before=frappe.db.rollback)
	frappe.db.rollback()
	for table in COPIES.values():
		frappe.db.sql_ddl(f"drop table `{table}`")
	indexed, bare = (samples[name].median / INSERTED * 1000 for name in COPIES)
	note = "against the same table with the primary key and modified only"
	return Row(FAMILY, "insert of a row by SQL", "µs", indexed, bare, note=note)


def make_copies() -> None:
	for name, table in COPIES.items():
		frappe.db.sql_ddl(f"drop table if exists `{table}`")
		frappe.db.sql_ddl(f"create table `{table}` like `tab{OURS}`")
		if name == "bare":
			for index in {row[2] for row in frappe.db.sql(f"show index from `{table}`")} - {
				"PRIMARY",
				"modified",
			}:
				frappe.db.sql_ddl(f"alter table `{table}` drop index `{index}`")
		frappe.db.sql(f"insert into `{table}` select * from `tab{OURS}` order by name limit 50000")
		frappe.db.commit()


def fill(table: str) -> None:
	frappe.db.sql(
		f"insert into `{table}` select * from `tab{OURS}` order by name desc limit %s",
		INSERTED,
	)


def explain_lists() -> Iterator[Row]:
	"""Say which index answers each list query, and how many rows it reads."""
	asked = {"page": lambda piece: get_page(OURS, piece.ours, piece.start)}
	asked["count to 1,001"] = lambda piece: get_count(OURS, piece.ours, CAP)
	for who, user in USERS.items():
		for name, piece in SLICES.items():
			if piece.start:
				continue
			for what, ask in asked.items():
				fresh(user)
				yield explain(f"{what} {name}, {who}", lambda ask=ask, piece=piece: ask(piece))


def explain(work: str, ask) -> Row:
	with counted_statements() as seen:
		ask()
	query = get_list_query(seen, OURS)
	plan = frappe.db.sql(f"explain {query}", as_dict=True)
	before = get_rows_read()
	frappe.db.sql(query)
	read = get_rows_read() - before
	steps = [f"{row.table or '-'}: {row.key or row.Extra or row.type}" for row in plan]
	return Row(FAMILY, f"rows read: {work}", "rows", read, most=MOST_READ, note="; ".join(steps))


def get_rows_read() -> int:
	rows = frappe.db.sql("show session status like 'Handler_read%'")
	return sum(int(value) for name, value in rows if name != "Handler_read_retry")
