"""Run the benchmark: `python -m benchmarks --site SITE --rows 100000`, in the sites folder of a bench."""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
import traceback
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import erpnext
import frappe
from frappe.utils import now_datetime

from benchmarks import (
	auto_close,
	data,
	http,
	imports,
	indexes,
	inserts,
	lists,
	reports,
	routing,
	site,
	stage,
)
from benchmarks.table import Row, format_table, write_json

RESULTS = Path(__file__).with_name("results")
# family → how to run it; long work repeats itself as often as it needs to
FAMILIES = {
	"inserts": lambda repeats: inserts.run(2 * repeats),
	"stage": lambda repeats: stage.run(2 * repeats),
	"routing": lambda repeats: routing.run(repeats),
	"lists": lambda repeats: lists.run(max(3, repeats // 2)),
	"reports": lambda repeats: reports.run(max(3, repeats // 5)),
	"indexes": lambda repeats: indexes.run(3),
	"auto-close": lambda repeats: auto_close.run(),
	"import": lambda repeats: imports.run(),
	"http": lambda repeats: http.run(),
}
VARIABLES = ("version", "innodb_buffer_pool_size", "innodb_flush_log_at_trx_commit", "log_bin", "sync_binlog")


def main() -> int:
	options = get_options()
	site.connect(options.site)
	data.prepare(options.rows, say)
	facts = get_facts(options)
	say(describe(facts))
	rows, failures = read_rows(options), []
	for family in options.only or FAMILIES:
		try:
			rows += measure(family, options.repeats)
		except Exception as error:
			traceback.print_exc()
			failures.append(f"{family} failed: {type(error).__name__}: {error}")
		write_json(rows, facts, options.json)
	report = "\n".join([describe(facts), "", format_table(rows), "", summarize(rows), *failures])
	print("", report, sep="\n")
	options.json.with_suffix(".md").write_text(f"# Results\n\n{report}\n")
	say(f"Written to {options.json}")
	if options.tally:
		write_tally(rows, failures, options)
	return 1 if failures else 0


def get_options() -> argparse.Namespace:
	parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
	parser.add_argument("--site", required=True)
	parser.add_argument("--rows", type=int, default=100_000)
	parser.add_argument("--repeats", type=int, default=15)
	parser.add_argument("--only", type=lambda text: text.split(","), help=", ".join(FAMILIES))
	parser.add_argument("--json", type=Path)
	parser.add_argument("--tally", type=Path, help="write numbers of targets met, missed and families failed")
	options = parser.parse_args()
	if unknown := set(options.only or ()) - FAMILIES.keys():
		parser.error(f"Unknown: {', '.join(sorted(unknown))}. Families are {', '.join(FAMILIES)}.")
	major = frappe.__version__.partition(".")[0]
	options.json = options.json or RESULTS / f"{options.rows}-{major}.json"
	return options


def read_rows(options: argparse.Namespace) -> list[Row]:
	"""Return what a run before measured in the families that this one leaves out."""
	if not options.only or not options.json.exists():
		return []
	names = {field.name for field in fields(Row)}
	written = json.loads(options.json.read_text())["rows"]
	rows = [Row(**{name: row[name] for name in names}) for row in written]
	return [row for row in rows if row.family not in options.only]


def measure(family: str, repeats: int) -> Iterator[Row]:
	"""Run one family and take away what it made."""
	start, started_at = time.monotonic(), now_datetime()
	try:
		yield from FAMILIES[family](repeats)
	finally:
		site.connect(frappe.local.site)
		site.remove_made_since(started_at)
	say(f"{family}: {time.monotonic() - start:.0f} s")


def get_facts(options: argparse.Namespace) -> dict:
	"""Return the machine and the settings it was measured on; without these, times mean nothing."""
	variables = dict(
		frappe.db.sql("show variables where variable_name in %s", (VARIABLES,)),
	)
	return {
		"rows": options.rows,
		"measured_on": now_datetime().isoformat(timespec="minutes"),
		"cores": os.cpu_count(),
		"python": platform.python_version(),
		"frappe": frappe.__version__,
		"erpnext": erpnext.__version__,
		"database": variables,
		"load_before": os.getloadavg()[0],
	}


def describe(facts: dict) -> str:
	return "\n".join(f"- {name}: {value}" for name, value in facts.items())


def summarize(rows: list[Row]) -> str:
	verdicts = [row.is_met for row in rows]
	return f"{verdicts.count(True)} targets met, {verdicts.count(False)} missed."


def write_tally(rows: list[Row], failures: list[str], options: argparse.Namespace) -> None:
	verdicts = [row.is_met for row in rows if row.family in (options.only or FAMILIES)]
	tally = {"met": verdicts.count(True), "missed": verdicts.count(False), "failed": len(failures)}
	options.tally.write_text(json.dumps(tally))


def say(text: str) -> None:
	print(text, flush=True)


if __name__ == "__main__":
	raise SystemExit(main())
