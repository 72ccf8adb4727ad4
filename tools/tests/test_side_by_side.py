import os
import re
import signal
import subprocess
import sys
import time

import pytest

from tools import side_by_side
from tools.bench import CHECKOUT, BenchError
from tools.hosts import Sandbox
from tools.side_by_side import Result, command, report, run_on

HOSTS = [Sandbox("one"), Sandbox("two"), Sandbox("three")]


def get_result(host) -> Result:
	return Result(True, [{"failed": 0, "passed": len(host.name)}])


def print_slowly(host) -> Result:
	"""Prints itself, and has another program print."""
	for number in range(5):
		print(f"{host.name} {number}", flush=True)
		subprocess.run(["echo", f"{host.name} {number} echoed"], check=True)
		time.sleep(0.02)
	return get_result(host)


def fail_on_two(host) -> Result:
	if host.name == "two":
		raise BenchError("no database")
	return get_result(host)


def die_on_two(host) -> Result:
	if host.name == "two":
		os.kill(os.getpid(), signal.SIGKILL)
	return get_result(host)


def break_on_two(host) -> Result:
	if host.name == "two":
		print("words before", 1 / 0)
	return get_result(host)


def test_the_results_stand_in_the_order_of_the_hosts():
	results = run_on(HOSTS, lambda host: time.sleep(0.2 * (host.name == "one")) or get_result(host))
	assert [result.rows[0]["passed"] for result in results] == [3, 3, 5]


def test_hosts_run_at_the_same_time_and_their_lines_never_mix(capsys):
	run_on(HOSTS, print_slowly, at_once=3)
	printed = capsys.readouterr().out
	for host in HOSTS:
		lines = [
			line for number in range(5) for line in (f"{host.name} {number}", f"{host.name} {number} echoed")
		]
		assert "\n".join(lines) in printed


@pytest.mark.parametrize(("at_once", "is_together"), [(2, True), (1, False)])
def test_as_many_run_at_a_time_as_asked_for(tmp_path, at_once, is_together):
	def meet(host):
		(tmp_path / host.name).touch()
		deadline = time.monotonic() + (20 if is_together else 0.2)
		while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < deadline:
			time.sleep(0.01)
		return Result(len(list(tmp_path.iterdir())) == 2, [{"failed": 0}])

	assert run_on(HOSTS[:2], meet, at_once)[0].is_green is is_together


def test_jobs_says_how_many_run_at_a_time(monkeypatch):
	monkeypatch.setenv("JOBS", "7")
	assert side_by_side.get_jobs() == 7
	monkeypatch.setenv("JOBS", "")
	assert side_by_side.get_jobs() == os.cpu_count()
	monkeypatch.setenv("JOBS", "many")
	with pytest.raises(BenchError, match="JOBS=many"):
		side_by_side.get_jobs()


@pytest.mark.parametrize(
	("work", "sentence"),
	[
		(fail_on_two, "two: no database"),
		(die_on_two, "two ended too early, with exit code -9."),
		(break_on_two, "two ended too early, with exit code 1."),
	],
)
def test_what_fails_on_one_host_stops_no_other_and_is_told_below_the_table(capsys, work, sentence):
	results = run_on(HOSTS, work, at_once=2)
	assert [result.is_green for result in results] == [True, False, True]
	assert [result.is_complete for result in results] == [True, False, True]
	assert report(HOSTS, results, ("passed", "failed")) == 1
	table = capsys.readouterr().out.rpartition("\n\n")[2].splitlines()
	assert [line.split() for line in table[:4]] == [
		["host", "passed", "failed"],
		["one", "3", "0"],
		["two", "–", "no", "result"],
		["three", "5", "0"],
	]
	assert table[4:] == [sentence]


def test_the_traceback_of_a_host_that_broke_stands_in_its_output(capsys):
	run_on(HOSTS, break_on_two, at_once=2)
	assert "ZeroDivisionError" in capsys.readouterr().out


def test_who_waits_is_told_how_far_each_host_is(monkeypatch, capsys):
	monkeypatch.setattr(side_by_side, "SECONDS_BETWEEN_LINES", 0.2)

	def work(host):
		print("first line\nhalf of the tests", flush=True)
		time.sleep(2)  # several lines' time, on a loaded machine too
		return get_result(host)

	run_on(HOSTS[:2], work, at_once=2)
	assert re.search(r"one, \d+ s: half of the tests\n", capsys.readouterr().out)


def test_green_is_exit_code_0_and_rows_have_versions(capsys):
	result = Result(True, [{"passed": 1234, "failed": 0}, {"host": "tools", "passed": 1, "failed": 0}])
	assert report(HOSTS[:1], [result], ("Python", "passed", "failed")) == 0
	table = capsys.readouterr().out.strip().splitlines()
	version = sys.version.split()[0]
	assert [line.split() for line in table[1:]] == [
		["one", version, "1,234", "0"],
		["tools", version, "1", "0"],
	]


def test_a_mistake_of_the_caller_is_one_line(capsys):
	@command
	def main():
		raise BenchError("Name a bench.")

	assert main() == 1
	assert capsys.readouterr().out == "Name a bench.\n"


def test_what_was_started_ends_with_a_run_that_is_ended(tmp_path):
	script = f"""
import subprocess
from tools.hosts import Sandbox
from tools.side_by_side import run_on
def work(host):
	subprocess.run(["sh", "-c", f"echo begun; echo $$ > {tmp_path}/{{host.name}}; exec sleep 60"])
run_on([Sandbox("a"), Sandbox("b")], work, 2)
"""
	run = subprocess.Popen([sys.executable, "-c", script], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
	files = [tmp_path / "a", tmp_path / "b"]
	wait_until(lambda: all(file.exists() and file.read_text().endswith("\n") for file in files))
	run.terminate()
	printed, _nothing = run.communicate(timeout=20)
	assert run.returncode == 143
	assert printed.count("whole output:\nbegun\n") == 2
	wait_until(lambda: not any(is_running(int(file.read_text())) for file in files))


def wait_until(is_so):
	deadline = time.monotonic() + 20
	while not is_so():
		assert time.monotonic() < deadline
		time.sleep(0.02)


def is_running(process: int) -> bool:
	try:
		os.kill(process, 0)
	except ProcessLookupError:
		return False
	return True
