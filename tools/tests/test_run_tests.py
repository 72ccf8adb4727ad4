from contextlib import nullcontext

import pytest

from tools import run_tests
from tools.bench import NO_BENCH
from tools.run_tests import Counts


@pytest.fixture
def hosts(monkeypatch):
	"""Pretends to run the tests: what each host answers can be changed by the test."""
	answers = {
		"pytest": Counts(True, collected=10, passed=6, site_only=4),
		"bench run-tests": (10, True),
		"bench": object(),
	}
	monkeypatch.setattr(run_tests, "find_bench", lambda: answers["bench"])
	monkeypatch.setattr(run_tests, "run_pytest", lambda *arguments: answers["pytest"])
	monkeypatch.setattr(run_tests, "run_pytest_on_site", lambda *arguments: answers["pytest"])
	monkeypatch.setattr(run_tests, "run_bench_tests", lambda *arguments: answers["bench run-tests"])
	monkeypatch.setattr(run_tests, "start_services", lambda bench: None)
	monkeypatch.setattr(run_tests.bench_site, "locked_site", lambda bench, site: nullcontext())
	monkeypatch.setattr(run_tests.bench_site, "prepare_site", lambda bench, site: None)
	return answers


def test_all_green_on_both_hosts_is_green(hosts, capsys):
	assert run_tests.main("all") == 0
	printed = capsys.readouterr().out
	assert "sandbox: 6 passed, 4 site-only" in printed
	assert "10 collected by bench run-tests" in printed


@pytest.mark.parametrize("what", ["all", "sandbox", "site"])
def test_a_failed_test_is_red(hosts, what):
	hosts["pytest"] = Counts(False, collected=10, passed=9, failed=1)
	assert run_tests.main(what) == 1


def test_pytest_and_bench_must_collect_the_same_number(hosts, capsys):
	hosts["bench run-tests"] = (9, True)
	assert run_tests.main("site") == 1
	assert "pytest collected 10 tests on the site, bench run-tests 9." in capsys.readouterr().out


def test_a_failure_under_bench_run_tests_is_red(hosts):
	hosts["bench run-tests"] = (10, False)
	assert run_tests.main("site") == 1


def test_too_many_site_only_tests_are_red(hosts):
	hosts["pytest"] = Counts(True, collected=10, site_only=5)
	assert run_tests.main("sandbox") == 1


def test_without_a_bench_the_site_tests_are_skipped_but_not_when_asked_for(hosts, capsys):
	hosts["bench"] = None
	assert run_tests.main("all") == 0
	assert NO_BENCH in capsys.readouterr().out
	assert run_tests.main("site") == 1
