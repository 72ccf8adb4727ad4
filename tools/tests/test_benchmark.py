import json
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks.table import MILLISECONDS, PER_SECOND, Row, format_table, write_json
from tools import benchmark


def make_row(**values) -> Row:
	return Row(
		**{"family": "lists", "work": "page", "unit": MILLISECONDS, "ours": 5.0, "theirs": 20.0, **values}
	)


@pytest.mark.parametrize(
	("targets", "is_met"),
	[
		({}, None),
		({"most_ratio": 0.25}, True),
		({"most_ratio": 0.2}, False),
		({"least_ratio": 0.25}, True),
		({"least_ratio": 1.5}, False),
		({"most": 5}, True),
		({"most": 4.9}, False),
		({"least": 6}, False),
		({"statements": 35, "most_statements": 35}, True),
		({"statements": 36, "most_statements": 35}, False),
		({"most_ratio": 0.5, "most": 4}, False),
		({"theirs": None, "most_ratio": 0.5}, False),
	],
)
def test_a_row_knows_whether_each_of_its_targets_is_met(targets, is_met):
	assert make_row(**targets).is_met is is_met


def test_the_target_says_what_is_promised():
	row = make_row(most_ratio=0.6, most_statements=35, statements=30)
	assert row.target == "ratio ≤ 0.6, ≤ 35 statements"
	assert make_row(unit=PER_SECOND, least=60).target == "≥ 60 /s"


def test_the_table_has_a_part_per_family_and_shows_the_floor():
	rows = [make_row(floor=1234.5, note="bare count"), make_row(family="http", theirs=None)]
	lists, http = format_table(rows).split("\n\n### http\n\n")
	assert lists.startswith("### lists\n\n| work |")
	assert "| page | 5.00 ms | 20.0 ms | 0.25 |" in lists
	assert "floor 1,234 ms; bare count" in lists
	assert len(http.splitlines()) == 3


def test_the_results_keep_the_machine_and_every_figure(tmp_path):
	path = tmp_path / "deep" / "100.json"
	write_json([make_row(most=10)], {"cores": 2}, path)
	written = json.loads(path.read_text())
	assert written["cores"] == 2
	assert written["rows"][0]["ratio"] == 0.25
	assert written["rows"][0]["met"] is True


@pytest.fixture
def benches(monkeypatch, make_bench):
	"""Pretends to measure on two benches: on the second one nothing is written."""
	benches = [make_bench("old"), make_bench("new")]

	def run(command, **_options):
		print(*command, flush=True)
		if command[0] == benches[0].python:
			Path(command[command.index("--tally") + 1]).write_text('{"met": 3, "missed": 1, "failed": 0}')
			return SimpleNamespace(returncode=0)
		return SimpleNamespace(returncode=2)

	monkeypatch.setenv("FRAPPE_BENCH", ":".join(str(bench.path) for bench in benches))
	monkeypatch.setattr(benchmark.bench_site, "ready_site", lambda bench, site: nullcontext())
	monkeypatch.setattr(benchmark, "subprocess", SimpleNamespace(run=run))
	return benches


def test_each_bench_is_measured_and_stands_in_the_table(benches, capfd):
	assert benchmark.main(["1000", "--only", "lists"]) == 1
	printed = capfd.readouterr().out.splitlines()
	assert sum("--rows 1000 --only lists" in line for line in printed) == 2
	assert [line.split()[-3:] for line in printed[-3:-1]] == [["3", "1", "0"], ["–", "no", "result"]]
	assert printed[-1] == "new: the benchmark ended with exit code 2."


def test_only_a_test_site_is_emptied(monkeypatch, benches, capsys):
	monkeypatch.setenv(benchmark.SITE_VARIABLE, "production.example.com")
	assert benchmark.main([]) == 1
	assert "old: CRM_PIPELINE_BENCHMARK_SITE=production.example.com is refused" in capsys.readouterr().out


def test_without_a_bench_it_fails(monkeypatch, capsys):
	monkeypatch.setenv("FRAPPE_BENCH", "none")
	assert benchmark.main([]) == 1
	assert capsys.readouterr().out == "FRAPPE_BENCH=none: no bench is used, nothing to measure on.\n"
