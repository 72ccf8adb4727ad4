"""Run the benchmark on the bench that is found: `python -m tools.benchmark [ROWS] [OPTIONS OF benchmarks]`."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from tools import bench_site
from tools.bench import Bench, BenchError, find_bench
from tools.services import start_services

DEFAULT_SITE = "test_crm_pipeline_bench"
SITE_VARIABLE = "CRM_PIPELINE_BENCHMARK_SITE"


def main(arguments: list[str]) -> int:
	try:
		bench = find_bench()
		if not bench:
			raise BenchError("No bench found (FRAPPE_BENCH or ~/frappe-bench): nothing to measure on.")
		site = get_site_name()
		with bench_site.locked_site(bench, site):
			start_services(bench)
			bench_site.prepare_site(bench, site)
			return run(bench, site, arguments)
	except BenchError as error:
		print(error)
		return 1


def get_site_name() -> str:
	"""CRM_PIPELINE_BENCHMARK_SITE or the default. Only test_…: the benchmark empties the site's opportunities."""
	name = os.environ.get(SITE_VARIABLE) or DEFAULT_SITE
	if not re.fullmatch(r"test_[a-z0-9_.-]+", name):
		raise BenchError(f"{SITE_VARIABLE}={name} is refused: the name of a test site starts with test_.")
	return name


def run(bench: Bench, site: str, arguments: list[str]) -> int:
	"""Measure in the bench's own Python. A first argument that is a number is the number of rows."""
	if arguments and arguments[0].isdecimal():
		arguments = ["--rows", *arguments]
	command = [bench.python, "-m", "benchmarks", "--site", site, *arguments]
	return subprocess.run(command, cwd=bench.sites, env=bench.environment(), check=False).returncode


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
