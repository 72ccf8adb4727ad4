"""Run the tests: `python -m tools.run_tests [all|sandbox|site]`. Exit code 0 only when everything passed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools import bench_site
from tools.bench import CHECKOUT, NO_BENCH, Bench, BenchError, find_bench
from tools.services import start_services

APP_TESTS = "crm_pipeline/tests"
HELPER_TESTS = ("sandbox/tests", "tools/tests")
LEAST_SHARE_ON_BOTH_HOSTS = 0.6
# else hypothesis writes beside the sites of the bench
HYPOTHESIS = {"HYPOTHESIS_STORAGE_DIRECTORY": str(CHECKOUT / ".hypothesis")}


@dataclass
class Counts:
	"""How one pytest run ended; `is_green` is pytest's own verdict, and False when nothing was collected."""

	is_green: bool
	collected: int = 0
	passed: int = 0
	failed: int = 0
	skipped: int = 0
	site_only: int = 0

	def __str__(self) -> str:
		parts = [f"{self.passed} passed"]
		parts += [f"{self.failed} failed"] * bool(self.failed)
		parts += [f"{self.skipped} skipped"] * bool(self.skipped)
		return ", ".join(parts)


def main(what: str = "all") -> int:
	if what not in ("all", "sandbox", "site"):
		print(__doc__)
		return 2
	summary: list[str] = []
	results = []
	try:
		if what != "site":
			results.append(test_on_sandbox(summary))
		if what != "sandbox":
			results.append(test_on_site(summary, is_required=what == "site"))
	except BenchError as error:
		results.append(False)
		summary.append(str(error))
	except KeyboardInterrupt:
		return 130
	print("", *summary, sep="\n")
	return 0 if all(results) else 1


def test_on_sandbox(summary: list[str]) -> bool:
	environment = {**os.environ, "PYTHONPATH": f"{CHECKOUT / 'sandbox'}{os.pathsep}{CHECKOUT}"}
	environment["CRM_PIPELINE_HOST"] = "sandbox"
	app = run_pytest(sys.executable, environment, APP_TESTS)
	helpers = run_pytest(sys.executable, environment, *HELPER_TESTS)
	summary.append(f"sandbox: {app}, {app.site_only} site-only (and {helpers} of the sandbox and the tools)")
	return app.is_green and helpers.is_green and is_share_kept(app, summary)


def is_share_kept(app: Counts, summary: list[str]) -> bool:
	if app.site_only <= app.collected * (1 - LEAST_SHARE_ON_BOTH_HOSTS):
		return True
	summary.append(
		f"Too many site-only tests: at least {LEAST_SHARE_ON_BOTH_HOSTS:.0%} must run on both hosts."
	)
	return False


def test_on_site(summary: list[str], is_required: bool) -> bool:
	bench = find_bench()
	if not bench:
		if is_required:
			raise BenchError("No bench found (FRAPPE_BENCH or ~/frappe-bench): nothing to test on.")
		summary.append(NO_BENCH)
		return True
	site = bench_site.get_site_name()
	with bench_site.locked_site(bench, site):
		start_services(bench)
		bench_site.prepare_site(bench, site)
		by_pytest = run_pytest_on_site(bench, site)
		by_bench, is_bench_green = run_bench_tests(bench, site)
	summary.append(f"site: {by_pytest} (pytest), {by_bench} collected by bench run-tests")
	if by_pytest.collected != by_bench:
		summary.append(
			f"pytest collected {by_pytest.collected} tests on the site, bench run-tests {by_bench}."
		)
	return by_pytest.is_green and is_bench_green and by_pytest.collected == by_bench


def run_pytest_on_site(bench: Bench, site: str) -> Counts:
	environment = bench.environment(
		CRM_PIPELINE_HOST="site", CRM_PIPELINE_SITE=site, FRAPPE_BENCH=str(bench.path)
	)
	return run_pytest(bench.python, environment, APP_TESTS)


def run_pytest(python: str, environment: dict[str, str], *paths: str) -> Counts:
	with tempfile.TemporaryDirectory() as folder:
		tally = Path(folder) / "tally.json"
		done = subprocess.run(
			[python, "-m", "pytest", "-p", "tools.tally", *paths],
			cwd=CHECKOUT,
			env={**environment, **HYPOTHESIS, "CRM_PIPELINE_TALLY": str(tally)},
			stdin=subprocess.DEVNULL,
			check=False,
		)
		counts = json.loads(tally.read_text()) if tally.exists() else {}
	return Counts(is_green=done.returncode == 0, **counts)


def run_bench_tests(bench: Bench, site: str) -> tuple[int, bool]:
	"""The number of tests `bench run-tests` ran and whether all passed: its exit code doesn't tell."""
	print(f"bench --site {site} run-tests --app {bench_site.APP} …", flush=True)
	done = subprocess.run(
		bench.command("--site", site, "run-tests", "--app", bench_site.APP),
		cwd=bench.sites,
		env=bench.environment(**HYPOTHESIS),
		stdin=subprocess.DEVNULL,
		stdout=subprocess.PIPE,
		stderr=subprocess.STDOUT,
		text=True,
		errors="replace",
		check=False,
	)
	count, is_green = read_unittest_output(done.stdout)
	is_green = is_green and done.returncode == 0
	if not is_green:
		print(done.stdout)
	return count, is_green


def read_unittest_output(output: str) -> tuple[int, bool]:
	"""(number of tests, all passed). Frappe 16 prints one "Ran …" for each category of tests."""
	counts = [int(number) for number in re.findall(r"^Ran (\d+) tests? in ", output, re.MULTILINE)]
	has_failed = re.search(r"^FAILED \(", output, re.MULTILINE)
	return sum(counts), sum(counts) > 0 and not has_failed


if __name__ == "__main__":
	sys.exit(main(*sys.argv[1:2]))
