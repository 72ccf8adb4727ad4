"""CSV import, through every check, as the command does it."""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import frappe

from benchmarks import people
from benchmarks.site import connect, get_company
from benchmarks.table import PER_SECOND, Row
from crm_pipeline.moving_in.importer import Importer, Options

FAMILY = "import"
ROWS = 1000
COLUMNS = ("external_id", "customer", "region", "product_line", "source", "status", "opened_on", "closed_on")
MORE = ("potential_value", "won_value", "lost_reasons", "sales_engineer", "company")


def run() -> Iterator[Row]:
	connect(frappe.local.site)
	with tempfile.TemporaryDirectory() as folder:
		path = Path(folder) / "opportunities.csv"
		write_file(path)
		start = time.perf_counter()
		result = Importer(Options(path)).run()
		seconds = time.perf_counter() - start
	if result.imported != ROWS:
		raise AssertionError(f"{result.imported} of {ROWS} rows were imported: {result.rejected[:1]}")
	yield Row(FAMILY, f"CSV import of {ROWS:,} closed and open rows", PER_SECOND, ROWS / seconds, least=60)


def write_file(path: Path) -> None:
	with path.open("w", newline="") as file:
		writer = csv.writer(file)
		writer.writerow((*COLUMNS, *MORE))
		writer.writerows(get_row(number) for number in range(ROWS))


def get_row(number: int) -> tuple:
	"""Won, Lost and Open by turns."""
	status = ("Won", "Lost", "Open")[number % 3]
	closed_on = "" if status == "Open" else "2024-06-30"
	return (
		f"bench-{frappe.generate_hash(length=8)}-{number}",
		people.CUSTOMER,
		people.REGIONS[number % 28],
		people.LINES[number % 4],
		people.SOURCES[number % 10],
		status,
		"2024-03-01",
		closed_on,
		1000 + number,
		1000 + number if status == "Won" else "",
		people.REASONS[number % 12] if status == "Lost" else "",
		people.OWNERS[number % 50],
		get_company().name,
	)
