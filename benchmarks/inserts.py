"""Inserting the reference record: in a fresh request, unchanged again, and by several processes at once."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import frappe
from frappe.model.document import Document

from benchmarks import people
from benchmarks.measure import alternate
from benchmarks.site import connect, fresh
from benchmarks.table import PER_SECOND, Row, make_row

FAMILY = "inserts"
WORKERS_FAILED = "ERPNext's fails: workers that insert at the same time meet, and one is refused"
USER = people.OWNERS[9]
RECORDS = {"ours": people.get_reference_record, "theirs": people.get_their_record}
PROCESSES = (1, 2, 4)
PER_PROCESS = 60
ROUNDS = 3


def run(repeats: int) -> Iterator[Row]:
	for items in (0, 3):
		yield measure_insert(items, repeats)
	yield from measure_throughput()


def measure_insert(items: int, repeats: int) -> Row:
	"""The insert alone, rolled back: what the commit costs is the same for both."""
	records = {name: get_record(items) for name, get_record in RECORDS.items()}
	sides = {name: lambda record=record: insert(record) for name, record in records.items()}
	sides["floor"] = lambda: insert_without_controller(records["ours"])
	samples = alternate(sides, repeats, before=begin)
	row = make_row(FAMILY, f"insert with {items} items, fresh request", samples)
	row.floor = samples["floor"].median
	row.note = f"floor = no controller of ours, {samples['floor'].median_statements} statements"
	row.most_ratio, row.most_statements = (0.6, 35) if items else (None, 35)
	frappe.db.rollback()
	return row


def begin() -> None:
	"""Forget the last one, in the database too."""
	frappe.db.rollback()
	fresh(USER)


def insert(record: dict) -> Document:
	return frappe.get_doc(record).insert()


def insert_without_controller(record: dict) -> Document:
	"""Let the framework alone insert the same row: the DocType without its class and the derived values."""
	values = {**record, "currency": "INR", "status": "Open", "customer": record["party_name"]}
	doc = Document({**values, "business_unit": people.BUSINESS_UNIT, "sales_engineer": USER})
	doc.name = frappe.generate_hash()
	doc.flags.name_set = True
	return doc.insert()


def measure_throughput() -> Iterator[Row]:
	"""Insert and commit as fast as it goes; the workers start together."""
	rates = {name: {} for name in RECORDS}
	for count in PROCESSES:
		rounds = [{name: measure_rate(name, count) for name in RECORDS} for _round in range(ROUNDS)]
		for name in RECORDS:
			rates[name][count] = get_median([rates_of_round[name] for rates_of_round in rounds])
		ours, theirs = rates["ours"][count], rates["theirs"][count]
		if not ours:
			raise AssertionError(f"One of {count} workers inserting here failed.")
		work, note = f"inserts with 3 items, {count} processes", "" if theirs else WORKERS_FAILED
		yield Row(FAMILY, work, PER_SECOND, ours, theirs, least_ratio=1.0 if theirs else None, note=note)
	gains = [rates[name][2] / rates[name][1] if rates[name][2] else None for name in RECORDS]
	yield Row(FAMILY, "2 processes over 1", "x", *gains, least=1.7)


def get_median(rates: list[float | None]) -> float | None:
	return None if None in rates else statistics.median(rates)


def measure_rate(side: str, count: int) -> float | None:
	"""Return how many a second `count` workers insert together, None where one of them fails."""
	command = [sys.executable, "-m", "benchmarks.inserts", frappe.local.site, side]
	pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
	workers = [subprocess.Popen(command, **pipes) for _ in range(count)]
	for worker in workers:
		worker.stdout.readline()
	start = time.perf_counter()
	for worker in workers:
		if worker.poll() is None:
			worker.stdin.write("go\n")
			worker.stdin.flush()
	done = [worker.stdout.readline().strip() for worker in workers]
	seconds = time.perf_counter() - start
	codes = [worker.wait() for worker in workers]
	if any(codes) or done != ["done"] * count:
		return None
	return count * PER_PROCESS / seconds


def work(site: str, side: str) -> None:
	"""One worker: warm up, say so, wait for the start, insert, say so."""
	connect(site, USER)
	record = RECORDS[side](3)
	for turn in range(5 + PER_PROCESS):
		if turn == 5:
			print("ready", flush=True)
			sys.stdin.readline()
		insert(record)
		frappe.db.commit()
	print("done", flush=True)


if __name__ == "__main__":
	work(*sys.argv[1:3])
