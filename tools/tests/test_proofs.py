import json
import unittest
from argparse import Namespace
from contextlib import nullcontext
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from proofs import lifecycle_walks
from proofs import run as proof_run
from proofs import state as proof_state
from proofs.state import State, get_file, read_state
from tools import run_proofs
from tools.hosts import Sandbox


class Coin(unittest.TestCase):
	"""A proof that fails on the steps in `fails` and is killed at `killed_at`."""

	__test__ = False  # it's nothing for pytest
	steps, sample_steps, needs_site = 6, 2, False
	thrown: list[float]
	fails: tuple[int, ...]
	killed_at: int | None

	def __init__(self, seed, number):
		super().__init__()
		self.number, self.random = number, Random(f"{seed} {number}")

	def runTest(self):
		if self.number == self.killed_at:
			raise KeyboardInterrupt
		self.thrown.append(self.random.random())
		self.assertNotIn(self.number, self.fails)


@pytest.fixture
def coin(monkeypatch, tmp_path):
	coin = type("ThisCoin", (Coin,), {"thrown": [], "fails": (), "killed_at": None})
	monkeypatch.setattr(proof_run, "PROOFS", {"coin": coin})
	monkeypatch.setattr(proof_state, "FOLDER", tmp_path)
	return coin


def run(**options) -> dict:
	defaults = {"host": "here", "seed": 7, "steps": None, "sample": False, "only": None}
	return proof_run.run_all(Namespace(**{**defaults, **options}))[0]


def run_and_be_killed(coin, at: int, **options) -> None:
	coin.killed_at = at
	with pytest.raises(KeyboardInterrupt):
		run(**options)
	coin.killed_at = None


def test_every_step_is_taken_and_those_that_fail_are_counted_and_told(coin, capsys):
	coin.fails = (2, 4)
	row = run()
	assert row == {"proof": "coin", "seed": 7, "steps": 6, "failed": 2, "seconds": 0}
	printed = capsys.readouterr().out
	assert "coin, seed 7, step 2: Traceback" in printed
	assert "coin, seed 7, step 4: Traceback" in printed


def test_a_step_that_is_skipped_proves_nothing(coin):
	coin.setUp = lambda self: self.skipTest("no mail server")
	assert run()["failed"] == 6


def test_the_same_seed_takes_the_same_steps_another_one_others(coin):
	run(sample=True)
	run(sample=True)
	run(sample=True, seed=8)
	assert coin.thrown[:2] == coin.thrown[2:4]
	assert len(set(coin.thrown)) == 4


def test_a_killed_run_goes_on_where_it_stopped(coin):
	coin.fails = (1,)
	run_and_be_killed(coin, at=3)
	assert run()["failed"] == 1
	assert len(coin.thrown) == len(set(coin.thrown)) == 6


@pytest.mark.parametrize("changes", [{"seed": 8}, {"steps": 5}, {"host": "there"}])
def test_another_run_does_not_go_on_from_there(coin, changes):
	run_and_be_killed(coin, at=3)
	coin.thrown.clear()
	row = run(**changes)
	assert len(coin.thrown) == row["steps"] == changes.get("steps", 6)


def test_another_code_does_not_go_on_from_there(monkeypatch, coin):
	run_and_be_killed(coin, at=3)
	monkeypatch.setattr(proof_run, "get_code", lambda: "changed")
	coin.thrown.clear()
	run()
	assert len(coin.thrown) == 6


def test_a_sample_neither_goes_on_nor_leaves_anything(coin):
	run_and_be_killed(coin, at=3)
	kept = get_file("here", "coin").read_text()
	assert run(sample=True)["steps"] == 2
	assert get_file("here", "coin").read_text() == kept


def test_the_code_is_known_again_until_it_changes(monkeypatch, tmp_path):
	monkeypatch.setattr(proof_state, "CHECKOUT", tmp_path)
	(tmp_path / "crm_pipeline").mkdir()
	file = tmp_path / "crm_pipeline/hooks.py"
	file.write_text("a = 1")
	before = proof_state.get_code()
	assert proof_state.get_code() == before
	file.write_text("a = 2")
	assert proof_state.get_code() != before


def test_the_walks_of_the_lifecycle_find_a_way_that_should_not_be(monkeypatch):
	from crm_pipeline.tests.features import test_lifecycle_machine as machine

	monkeypatch.setattr(machine, "ALLOWED", {**machine.ALLOWED, "Open": ["Offer Made"]})
	state = State(seed=1, steps=1, code="")
	proof_run.run("lifecycle-walks", state, None)
	assert state.failed == [0]


def test_the_walks_of_the_lifecycle_are_long_and_end_well():
	state = State(seed=1, steps=1, code="")
	proof_run.run("lifecycle-walks", state, None)
	assert (state.done, state.failed) == (1, [])
	walks = lifecycle_walks.LifecycleWalks
	assert walks.steps * walks.bounds.max_examples >= 1000


# --- on several hosts


@pytest.fixture
def hosts(monkeypatch, tmp_path, make_bench):
	"""Pretends to run on two hosts; what each program is called with is printed."""
	bench = make_bench()
	hosts = SimpleNamespace(failing=[], bench=bench, state=tmp_path / "state")

	def run(command, **_options):
		print(*command[1:], flush=True)
		if command[0] in hosts.failing:
			return SimpleNamespace(returncode=3)
		row = {"proof": "coin", "seed": 1, "steps": 9, "failed": 0, "seconds": 2}
		Path(command[command.index("--result") + 1]).write_text(json.dumps([row]))
		return SimpleNamespace(returncode=0)

	monkeypatch.setenv("FRAPPE_BENCH", str(bench.path))
	monkeypatch.setenv("JOBS", "1")
	monkeypatch.setattr(run_proofs, "subprocess", SimpleNamespace(run=run, DEVNULL=None))
	monkeypatch.setattr(run_proofs, "ready_host", lambda host: nullcontext({}))
	monkeypatch.setattr(proof_state, "FOLDER", hosts.state)
	State(seed=4711, steps=9, code="").write(get_file("sandbox", "coin"))
	return hosts


def get_calls(capfd) -> list[str]:
	return [line for line in capfd.readouterr().out.splitlines() if line.startswith("-m proofs")]


def test_the_proofs_run_on_the_sandbox_and_on_each_bench(hosts, capfd):
	assert run_proofs.main(["--only", "coin"]) == 0
	printed = capfd.readouterr().out.splitlines()
	assert [line.split() for line in printed[-2:]] == [
		["sandbox", "coin", "1", "9", "0", "2"],
		["frappe-bench", "coin", "1", "9", "0", "2"],
	]
	assert sum("--host sandbox" in line and "--only coin" in line for line in printed) == 1
	assert sum("--host frappe-bench" in line and "--only coin" in line for line in printed) == 1


def test_a_run_without_a_seed_goes_on_with_that_of_the_killed_one(hosts, capfd):
	run_proofs.main([])
	assert all("--seed 4711" in call for call in get_calls(capfd))
	run_proofs.main(["--seed", "12"])
	assert all("--seed 12" in call for call in get_calls(capfd))


def test_a_run_that_came_to_its_end_is_forgotten(hosts):
	run_proofs.main([])
	assert not list(hosts.state.iterdir())


def test_a_run_that_did_not_come_to_its_end_on_every_host_is_kept(hosts, capfd):
	hosts.failing.append(Sandbox().python)
	assert run_proofs.main([]) == 1
	assert "sandbox: the proofs ended with exit code 3." in capfd.readouterr().out
	assert list(hosts.state.iterdir())


def test_the_sample_has_always_the_same_seed_and_leaves_a_killed_run_alone(hosts, capfd):
	run_proofs.main(["--sample"])
	assert all("--seed 1 --sample" in call for call in get_calls(capfd))
	assert list(hosts.state.iterdir())


def test_what_is_kept_is_written_whole(monkeypatch, tmp_path):
	monkeypatch.setattr(proof_state, "FOLDER", tmp_path)
	file = get_file("here", "coin")
	written = State(seed=1, steps=9, code="x", done=4, failed=[2], seconds=1.5)
	written.write(file)
	assert list(tmp_path.iterdir()) == [file]
	assert read_state(file, State(seed=1, steps=9, code="x")) == written
