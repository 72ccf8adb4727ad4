import subprocess
import sys
import time

import pytest

from tools.bench import CHECKOUT, BenchError, explain_no_bench, find_benches, locked, require_benches


def name(monkeypatch, *benches):
	monkeypatch.setenv("FRAPPE_BENCH", ":".join(str(bench.path) for bench in benches))


@pytest.mark.parametrize("value", ["", "none", "None"])
def test_benches_can_be_switched_off_and_the_reason_is_told(monkeypatch, value):
	monkeypatch.setenv("FRAPPE_BENCH", value)
	assert find_benches() == []
	sentence = "FRAPPE_BENCH=none: no bench is used, site tests skipped."
	assert explain_no_bench("site tests skipped") == sentence


def test_a_machine_without_a_bench_is_told_where_one_was_looked_for(monkeypatch, tmp_path):
	monkeypatch.delenv("FRAPPE_BENCH", raising=False)
	monkeypatch.setenv("HOME", str(tmp_path))
	assert find_benches() == []
	with pytest.raises(BenchError, match=r"^No bench found .*~/frappe-bench-16\): nothing to look at\.$"):
		require_benches("nothing to look at")


def test_each_named_bench_is_found_once_and_in_order(monkeypatch, make_bench):
	first, second = make_bench("b"), make_bench("a")
	name(monkeypatch, first, second, first)
	assert find_benches() == [first, second]


def test_the_benches_of_the_home_folder_are_found_those_that_there_are(monkeypatch, tmp_path, make_bench):
	monkeypatch.delenv("FRAPPE_BENCH", raising=False)
	monkeypatch.setenv("HOME", str(tmp_path))
	newer = make_bench("frappe-bench-16")
	assert find_benches() == [newer]
	older = make_bench("frappe-bench")
	assert find_benches() == [older, newer]


def test_benches_in_folders_of_one_name_are_told_apart(monkeypatch, make_bench):
	name(monkeypatch, make_bench("v15/bench"), make_bench("v16/bench"))
	assert [bench.name for bench in find_benches()] == ["v15-bench", "v16-bench"]


def test_a_named_bench_that_is_none_is_an_error_not_a_skip(monkeypatch, tmp_path, bench):
	monkeypatch.setenv("FRAPPE_BENCH", f"{bench.path}:{tmp_path}")
	with pytest.raises(BenchError, match=f"{tmp_path} is not a bench with ERPNext: .*apps/erpnext"):
		find_benches()


def test_the_sandbox_never_reaches_a_real_site(monkeypatch, bench):
	monkeypatch.setenv("PYTHONPATH", "sandbox")
	assert "sandbox" not in bench.environment()["PYTHONPATH"].split("/")


def test_a_second_run_says_that_it_waits_and_goes_on_when_the_first_has_ended(tmp_path):
	script = f"""
from pathlib import Path
from tools.bench import locked
with locked(Path({str(tmp_path / "lock")!r}), "Waiting"):
	print("in", flush=True)
"""
	with locked(tmp_path / "lock", "Nobody waits here"):
		second = subprocess.Popen(
			[sys.executable, "-c", script], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
		)
		assert second.stdout.readline() == "Waiting …\n"
		time.sleep(0.5)
		assert second.poll() is None
	assert second.communicate(timeout=20)[0] == "in\n"
