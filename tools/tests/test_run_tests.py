from contextlib import nullcontext

import pytest

from tools import run_tests
from tools.bench import Bench
from tools.hosts import Sandbox
from tools.pytest_run import Counts
from tools.run_tests import read_unittest_output


@pytest.fixture
def hosts(monkeypatch, make_bench):
	"""Pretends to run the tests: what each host answers can be changed by the test."""
	benches = [make_bench("old"), make_bench("new")]
	answers = {
		"pytest": {None: Counts(True, collected=10, passed=6, site_only=4)},
		"bench run-tests": (10, True),
		"benches": benches,
	}

	def run_pytest(python, environment, *paths):
		return answers["pytest"].get((python, paths[0]), answers["pytest"][None])

	def run_bench_tests(bench, environment):
		assert bench == benches[0], "bench run-tests runs on the first bench alone"
		return answers["bench run-tests"]

	monkeypatch.setenv("JOBS", "1")
	monkeypatch.setattr(run_tests, "find_benches", lambda: answers["benches"])
	monkeypatch.setattr(run_tests, "require_benches", lambda consequence: answers["benches"])
	monkeypatch.setattr(run_tests, "ready_host", lambda host: nullcontext({"CRM_PIPELINE_SITE": "test_x"}))
	monkeypatch.setattr(run_tests, "run_pytest", run_pytest)
	monkeypatch.setattr(run_tests, "run_bench_tests", run_bench_tests)
	return answers


def get_table(capsys) -> dict[str, list[str]]:
	"""Host → the last four columns of its row."""
	lines = capsys.readouterr().out.rpartition("\n\n")[2].splitlines()
	return {line.split("  ")[0]: line.split()[-4:] for line in lines[1:]}


def test_all_green_on_all_hosts_is_green_in_one_table(hosts, capsys):
	assert run_tests.main("all") == 0
	table = get_table(capsys)
	assert list(table)[:4] == ["sandbox", "sandbox/tests tools/tests", "old", "new"]
	assert table["new"] == ["6", "0", "0", "4"]


@pytest.mark.parametrize("what", ["sandbox", "site"])
def test_only_the_hosts_that_are_asked_for_are_run(hosts, capsys, what):
	assert run_tests.main(what) == 0
	assert ("sandbox" in get_table(capsys)) is (what == "sandbox")


@pytest.mark.parametrize(
	("host", "tests"),
	[
		(Sandbox().python, run_tests.APP_TESTS),
		(Sandbox().python, run_tests.HELPER_TESTS[0]),
		("old", run_tests.APP_TESTS),
		("new", run_tests.APP_TESTS),
	],
)
def test_a_failed_test_on_one_host_is_red_and_the_others_are_run(hosts, capsys, host, tests):
	pythons = {bench.name: bench.python for bench in hosts["benches"]}
	hosts["pytest"][(pythons.get(host, host), tests)] = Counts(False, collected=10, passed=9, failed=1)
	assert run_tests.main("all") == 1
	failed = [row[1] for row in get_table(capsys).values() if row[1].isdecimal()]
	assert sorted(failed) == ["0", "0", "0", "1"]


def test_pytest_that_breaks_is_red_and_told_although_nothing_failed(hosts, capsys):
	hosts["pytest"][(hosts["benches"][1].python, run_tests.APP_TESTS)] = Counts(False)
	assert run_tests.main("all") == 1
	assert "new: pytest ended with an error or found no test" in capsys.readouterr().out


def test_pytest_and_bench_must_find_the_same_number(hosts, capsys):
	hosts["bench run-tests"] = (9, True)
	assert run_tests.main("site") == 1
	assert "old: bench run-tests ran 9 tests, all passed; pytest collected 10." in capsys.readouterr().out


def test_a_failure_under_bench_run_tests_is_red(hosts):
	hosts["bench run-tests"] = (10, False)
	assert run_tests.main("site") == 1


def test_too_many_site_only_tests_are_red(hosts):
	hosts["pytest"][None] = Counts(True, collected=10, site_only=5)
	assert run_tests.main("sandbox") == 1


def test_without_a_bench_the_site_tests_are_skipped_and_a_line_says_why(hosts, monkeypatch, capsys):
	monkeypatch.setenv("FRAPPE_BENCH", "none")
	hosts["benches"] = []
	assert run_tests.main("all") == 0
	assert capsys.readouterr().out.endswith("\nFRAPPE_BENCH=none: no bench is used, site tests skipped.\n")


def test_without_a_bench_site_tests_that_are_asked_for_are_an_error(monkeypatch, capsys):
	monkeypatch.setenv("FRAPPE_BENCH", "none")
	assert run_tests.main("site") == 1
	assert capsys.readouterr().out == "FRAPPE_BENCH=none: no bench is used, nothing to test on.\n"


def test_a_named_bench_that_is_broken_ends_the_run_before_it_begins(monkeypatch, tmp_path, capsys):
	monkeypatch.setenv("FRAPPE_BENCH", str(tmp_path))
	assert run_tests.main("all") == 1
	assert capsys.readouterr().out.startswith(f"FRAPPE_BENCH: {tmp_path} is not a bench")


@pytest.mark.parametrize(
	("output", "result"),
	[
		("Ran 3 tests in 0.1s\n\nOK\n", (3, True)),
		("Ran 3 tests in 0.1s\n\nOK (skipped=1)\nRan 2 tests in 1s\n\nOK\n", (5, True)),
		("Ran 3 tests in 0.1s\n\nFAILED (errors=1)\nRan 1 test in 1s\n\nOK\n", (4, False)),
		("Ran 0 tests in 0.0s\n\nOK\n", (0, False)),
		("ImportError: nothing ran\n", (0, False)),
	],
)
def test_the_output_of_bench_run_tests_is_read(output, result):
	assert read_unittest_output(output) == result


def test_the_exit_code_of_bench_run_tests_counts_too(monkeypatch, bench):
	script = "print('Ran 3 tests in 1s'); raise SystemExit(1)"
	monkeypatch.setattr(Bench, "command", lambda self, *arguments: [Sandbox().python, "-c", script])
	assert run_tests.run_bench_tests(bench, {"CRM_PIPELINE_SITE": "test_x"}) == (3, False)
