"""Run the same work on several hosts, as many at a time as there are cores (JOBS=1: one after another).

Each host has a process of its own, so what fails on one stops no other. Where several run at once, each writes to a log
of its own, which is printed whole when it ends: lines of two hosts never mix.
"""

from __future__ import annotations

import functools
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import wait
from pathlib import Path

from tools.bench import BenchError
from tools.hosts import Host
from tools.table import format_table
from tools.versions import get_versions

FORK = multiprocessing.get_context("fork")  # so that the work may be any function
SECONDS_BETWEEN_LINES = 60
NO_RESULT = "no result"


@dataclass
class Result:
	"""What the work came to on one host: its rows of the table without the host, and sentences below the table."""

	is_green: bool
	rows: list[dict[str, object]]
	notes: list[str] = field(default_factory=list)

	@property
	def is_complete(self) -> bool:
		return {"failed": NO_RESULT} not in self.rows


Work = Callable[[Host], Result]


def fail(note: str) -> Result:
	return Result(False, [{"failed": NO_RESULT}], [note])


class Run:
	"""The work on one host, in a process of its own. `log` is None where its output may go to the terminal."""

	def __init__(self, host: Host, work: Work, folder: Path, has_log: bool) -> None:
		self.host, self.work = host, work
		self.log = folder / f"{host.name}.log" if has_log else None
		self.answer = folder / f"{host.name}.json"
		self.process = FORK.Process(target=self.work_apart)
		self.is_told = False

	def start(self) -> None:
		versions = ", ".join(f"{name} {version}" for name, version in get_versions(self.host).items())
		say(f"--- {self.host.name} ({versions}) begins." + (f" Its log: {self.log}" if self.log else ""))
		self.started_at = time.monotonic()
		self.process.start()

	def work_apart(self) -> None:
		if self.log:
			send_output_to(self.log)
		try:
			result = self.work(self.host)
		except BenchError as error:
			result = fail(f"{self.host.name}: {error}")
			print(error)
		except KeyboardInterrupt:
			sys.exit(130)
		self.answer.write_text(json.dumps(asdict(result)))

	def tell_progress(self) -> None:
		if self.log:
			last_line = self.read_log().strip().rpartition("\n")[2]
			say(f"{self.host.name}, {self.seconds} s: {last_line[-80:]}")

	def end(self) -> None:
		"""Ends what still runs; what it printed until then is not lost."""
		if self.process.pid and not self.is_told:
			self.process.terminate()
			self.tell_end()

	def tell_end(self) -> None:
		self.is_told = True
		self.process.join()
		if self.log:
			say(f"\n--- {self.host.name}, whole output:\n{self.read_log()}")
		say(f"--- {self.host.name} ended after {self.seconds} s.")

	def read_log(self) -> str:
		return self.log.read_text(errors="replace") if self.log.exists() else ""

	@property
	def seconds(self) -> int:
		return round(time.monotonic() - self.started_at)

	def get_result(self) -> Result:
		if self.answer.exists():
			return Result(**json.loads(self.answer.read_text()))
		return fail(f"{self.host.name} ended too early, with exit code {self.process.exitcode}.")


def command(main: Callable[..., int]) -> Callable[..., int]:
	"""One line instead of a traceback for what a person must put right, none for a run that a person ended."""

	@functools.wraps(main)
	def main_of_command(*arguments) -> int:
		try:
			return main(*arguments)
		except BenchError as error:
			print(error)
			return 1
		except KeyboardInterrupt:
			return 130

	return main_of_command


def run_on(hosts: Sequence[Host], work: Work, at_once: int | None = None) -> list[Result]:
	"""The result of the work on each host, in the order of the hosts; `at_once` is how many may run at a time."""
	signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(143))  # so that what was started ends with this
	at_once = min(at_once or get_jobs(), len(hosts))
	with tempfile.TemporaryDirectory(prefix="crm_pipeline-") as folder:
		runs = [Run(host, work, Path(folder), has_log=at_once > 1) for host in hosts]
		try:
			run_all(runs, at_once)
		finally:
			for run in runs:
				run.end()
		return [run.get_result() for run in runs]


def get_jobs() -> int:
	jobs = os.environ.get("JOBS") or str(os.cpu_count() or 1)
	if not jobs.isdecimal() or int(jobs) < 1:
		raise BenchError(f"JOBS={jobs} is not a number of hosts to run at once.")
	return int(jobs)


def run_all(runs: Sequence[Run], at_once: int) -> None:
	waiting, running = list(runs), []
	while waiting or running:
		while waiting and len(running) < at_once:
			running.append(waiting.pop(0))
			running[-1].start()
		sentinels = wait([run.process.sentinel for run in running], SECONDS_BETWEEN_LINES)
		ended = [run for run in running if run.process.sentinel in sentinels]
		for run in ended:
			run.tell_end()
			running.remove(run)
		for run in running if not ended else ():
			run.tell_progress()


def report(hosts: Sequence[Host], results: Sequence[Result], columns: Sequence[str]) -> int:
	"""Prints one table of all hosts and what else is to be said; returns the exit code."""
	rows = [
		{"host": host.name, **get_versions(host), **row}
		for host, result in zip(hosts, results, strict=True)
		for row in result.rows
	]
	notes = [note for result in results for note in result.notes]
	print("", format_table(("host", *columns), rows), *notes, sep="\n", flush=True)
	return 0 if all(result.is_green for result in results) else 1


def send_output_to(log: Path) -> None:
	"""What this process prints, and what the programs print that it starts."""
	sys.stdout = sys.stderr = open(log, "w", buffering=1)  # noqa: SIM115 it stays open as long as the process
	for descriptor in (1, 2):
		os.dup2(sys.stdout.fileno(), descriptor)


def say(text: str) -> None:
	print(text, flush=True)
