"""Run the tests: `python -m tools.run_tests [all|sandbox|site]`. Exit code 0 only when everything passed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping

from tools.bench import Bench, explain_no_bench, find_benches, require_benches
from tools.bench_site import APP
from tools.hosts import Host, Sandbox, ready_host
from tools.pytest_run import COLUMNS, Counts, run_pytest
from tools.side_by_side import Result, command, report, run_on
from tools.versions import VERSIONS

APP_TESTS = "crm_pipeline/tests"
HELPER_TESTS = ("sandbox/tests", "tools/tests")
LEAST_SHARE_ON_BOTH_HOSTS = 0.6


@command
def main(what: str = "all") -> int:
	if what not in ("all", "sandbox", "site"):
		print(__doc__)
		return 2
	hosts = get_hosts(what)
	first_bench = next((host for host in hosts if isinstance(host, Bench)), None)
	results = run_on(hosts, lambda host: test_on(host, with_bench_tests=host == first_bench))
	exit_code = report(hosts, results, (*VERSIONS, *COLUMNS))
	if what == "all" and not first_bench:
		print(explain_no_bench("site tests skipped"))
	return exit_code


def get_hosts(what: str) -> list[Host]:
	if what == "site":
		return require_benches("nothing to test on")
	return [Sandbox(), *(find_benches() if what == "all" else ())]


def test_on(host: Host, with_bench_tests: bool) -> Result:
	with ready_host(host) as environment:
		counts = run_pytest(host.python, environment, APP_TESTS)
		result = Result(counts.is_green, [counts.row], counts.notes)
		if isinstance(host, Sandbox):
			check_share(counts, result)
			test_helpers(host, environment, result)
		elif with_bench_tests:
			compare_with_bench_tests(host, environment, counts, result)
	result.notes = [f"{host.name}: {note}" for note in result.notes]
	return result


def check_share(app: Counts, result: Result) -> None:
	if app.site_only > app.collected * (1 - LEAST_SHARE_ON_BOTH_HOSTS):
		result.is_green = False
		result.notes.append(
			f"Too many site-only tests: at least {LEAST_SHARE_ON_BOTH_HOSTS:.0%} must run on both hosts."
		)


def test_helpers(host: Sandbox, environment: Mapping[str, str], result: Result) -> None:
	helpers = run_pytest(host.python, environment, *HELPER_TESTS)
	result.is_green = result.is_green and helpers.is_green
	result.rows.append({"host": " ".join(HELPER_TESTS), **helpers.row})
	result.notes += helpers.notes


def compare_with_bench_tests(
	bench: Bench, environment: Mapping[str, str], by_pytest: Counts, result: Result
) -> None:
	"""Both must find the same tests, and see them pass."""
	count, is_green = run_bench_tests(bench, environment)
	result.is_green = result.is_green and is_green and count == by_pytest.collected
	outcome = "all passed" if is_green else "not all passed"
	result.notes.append(
		f"bench run-tests ran {count} tests, {outcome}; pytest collected {by_pytest.collected}."
	)


def run_bench_tests(bench: Bench, environment: Mapping[str, str]) -> tuple[int, bool]:
	"""The number of tests `bench run-tests` ran and whether all passed: its exit code doesn't tell."""
	site = environment["CRM_PIPELINE_SITE"]
	print(f"bench --site {site} run-tests --app {APP} …", flush=True)
	done = subprocess.run(
		bench.command("--site", site, "run-tests", "--app", APP),
		cwd=bench.sites,
		env=environment,
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
