"""Run the benchmark on each bench, one after another: `python -m tools.benchmark [ROWS] [OPTIONS OF benchmarks]`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools import bench_site
from tools.bench import Bench, require_benches
from tools.side_by_side import Result, command, fail, report, run_on
from tools.versions import VERSIONS

DEFAULT_SITE = "test_crm_pipeline_bench"
SITE_VARIABLE = "CRM_PIPELINE_BENCHMARK_SITE"
COLUMNS = ("met", "missed", "failed")


@command
def main(arguments: Sequence[str]) -> int:
	benches = require_benches("nothing to measure on")
	results = run_on(benches, lambda bench: measure(bench, arguments), at_once=1)
	return report(benches, results, (*VERSIONS, *COLUMNS))


def measure(bench: Bench, arguments: Sequence[str]) -> Result:
	"""Only on a site called test_…: the benchmark empties the site's opportunities."""
	site = bench_site.get_site_name(SITE_VARIABLE, DEFAULT_SITE)
	with bench_site.ready_site(bench, site):
		return run(bench, site, arguments)


def run(bench: Bench, site: str, arguments: Sequence[str]) -> Result:
	"""Measure in the bench's own Python. A first argument that is a number is the number of rows."""
	if arguments and arguments[0].isdecimal():
		arguments = ["--rows", *arguments]
	with tempfile.TemporaryDirectory() as folder:
		tally = Path(folder) / "tally.json"
		command = [bench.python, "-m", "benchmarks", "--site", site, "--tally", str(tally), *arguments]
		done = subprocess.run(command, cwd=bench.sites, env=bench.environment(), check=False)
		if not tally.exists():
			return fail(f"{bench.name}: the benchmark ended with exit code {done.returncode}.")
		return Result(done.returncode == 0, [json.loads(tally.read_text())])


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
