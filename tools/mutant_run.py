"""Runs tests in a process of its own: once on the code as it is, to learn what runs what, and once on each mutant."""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

from tools.bench import CHECKOUT
from tools.mutants import Mutant, compile_mutant

FORK = multiprocessing.get_context("fork")  # what is imported before is not imported again for each mutant
APP_TESTS = "crm_pipeline/tests"
SURVIVED = pytest.ExitCode.OK
QUICKLY = ("-x", "--no-header", "-p", "no:cacheprovider", "-p", "no:randomly")
SECONDS_TO_START = 15
TIMES_SLOWER = 3
MOST_MEMORY = 2 << 30  # bytes: a mutant may never come to an end and collect all the while


@dataclass
class Coverage:
	"""The seconds of each test, and which tests run which line of which file; `failed` should be empty."""

	seconds: dict[str, float] = field(default_factory=dict)
	lines: dict[str, dict[str, list[str]]] = field(default_factory=dict)
	failed: list[str] = field(default_factory=list)


class Recorder:
	"""Pytest plugin: notes how long each test takes and which lines run for it."""

	def __init__(self, measuring) -> None:
		self.measuring, self.found = measuring, Coverage()

	@pytest.hookimpl(hookwrapper=True)
	def pytest_runtest_protocol(self, item):
		self.measuring.switch_context(item.nodeid)
		yield
		self.measuring.switch_context("")

	def pytest_runtest_logreport(self, report) -> None:
		if report.failed:
			self.found.failed.append(report.nodeid)
		elif not report.skipped:
			self.found.seconds[report.nodeid] = self.found.seconds.get(report.nodeid, 0) + report.duration

	def pytest_collectreport(self, report) -> None:
		if report.failed:
			self.found.failed.append(report.nodeid)


class MutantFinder:
	"""Gives the code of the mutant to whoever imports its module; no file is changed."""

	def __init__(self, mutant: Mutant) -> None:
		self.mutant = mutant

	def find_spec(self, name, path=None, target=None):
		if name != self.mutant.module:
			return None
		file = CHECKOUT / self.mutant.path
		loader = MutantLoader(name, str(file))
		loader.code = compile_mutant(file, self.mutant.number)
		return importlib.util.spec_from_file_location(name, file, loader=loader)


class MutantLoader(SourceFileLoader):
	code = None

	def get_code(self, fullname):
		return self.code


def record(files: list[Path]) -> Coverage:
	"""Run all tests and tell which of them run which line of the files."""
	with tempfile.TemporaryDirectory() as folder:
		answer = Path(folder) / "coverage.json"
		process = FORK.Process(target=record_apart, args=(files, answer))
		process.start()
		process.join()
		return Coverage(**json.loads(answer.read_text()))


def record_apart(files: list[Path], answer: Path) -> None:
	import coverage

	prepare()
	measuring = coverage.Coverage(data_file=None, config_file=False, include=[str(file) for file in files])
	recorder = Recorder(measuring)
	measuring.start()
	pytest.main([*QUICKLY[1:], APP_TESTS], plugins=[recorder])
	measuring.stop()
	data = measuring.get_data()
	for file in files:
		lines = {
			line: [name for name in names if name]
			for line, names in data.contexts_by_lineno(str(file)).items()
		}
		recorder.found.lines[file.relative_to(CHECKOUT).as_posix()] = {
			str(line): names for line, names in lines.items()
		}
	answer.write_text(json.dumps(vars(recorder.found)))


def test_apart(mutant: Mutant, tests: list[str]) -> None:
	prepare()
	resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
	with open(os.devnull, "w") as nowhere:
		for stream in (sys.stdout, sys.stderr):
			os.dup2(nowhere.fileno(), stream.fileno())
	sys.meta_path.insert(0, MutantFinder(mutant))
	os._exit(pytest.main([*QUICKLY, *tests]))


test_apart.__test__ = False  # it's nothing for pytest


def prepare() -> None:
	"""The sandbox, and the same generated input every time."""
	from hypothesis import Phase, settings

	os.chdir(CHECKOUT)
	os.environ["CRM_PIPELINE_HOST"] = "sandbox"
	sys.path[:0] = [str(CHECKOUT / "sandbox"), str(CHECKOUT)]
	phases = (Phase.explicit, Phase.generate)
	settings.register_profile("mutation", derandomize=True, database=None, deadline=None, phases=phases)
	settings.load_profile("mutation")


@dataclass
class Run:
	"""The tests of one mutant under way."""

	mutant: Mutant
	process: multiprocessing.process.BaseProcess
	ends_at: float

	def get_outcome(self) -> bool | None:
		"""True: a test failed, or none came to its end in time; False: all passed; None: not over yet."""
		if self.process.exitcode is None and time.monotonic() > self.ends_at:
			self.process.kill()
			self.process.join()
		return None if self.process.exitcode is None else self.process.exitcode != SURVIVED


def run_all(
	tasks: Iterable[tuple[Mutant, list[str], float]], jobs: int, target: Callable = test_apart
) -> Iterator[tuple[Mutant, bool]]:
	"""Yield each mutant with whether it was killed, as many at a time as `jobs` says.

	A task is a mutant, its tests, and the seconds that they take on the code as it is.
	"""
	tasks, running = iter(tasks), []
	while True:
		while len(running) < jobs and (task := next(tasks, None)):
			running.append(start(*task, target))
		if not running:
			return
		for run in list(running):
			if (is_killed := run.get_outcome()) is not None:
				running.remove(run)
				yield run.mutant, is_killed
		time.sleep(0.01)


def start(mutant: Mutant, tests: list[str], seconds: float, target: Callable) -> Run:
	process = FORK.Process(target=target, args=(mutant, tests))
	process.start()
	return Run(mutant, process, time.monotonic() + SECONDS_TO_START + TIMES_SLOWER * seconds)
