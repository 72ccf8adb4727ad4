"""Find the benches of this machine and run their commands. Nothing here builds or changes a bench."""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
BENCH_PARTS = ("sites", "apps/frappe", "apps/erpnext", "env/bin/python")
DEFAULT_BENCHES = ("~/frappe-bench", "~/frappe-bench-16")


class BenchError(Exception):
	"""Something about the bench a person must put right; the text says what."""


@dataclass(frozen=True)
class Bench:
	"""A bench directory with Frappe and ERPNext in it; no other bench of this run has its name."""

	path: Path
	name: str

	@property
	def python(self) -> str:
		return str(self.path / "env/bin/python")

	@property
	def sites(self) -> Path:
		return self.path / "sites"

	@property
	def config(self) -> dict:
		"""The content of `sites/common_site_config.json` ({} when there is none)."""
		file = self.sites / "common_site_config.json"
		return json.loads(file.read_text()) if file.exists() else {}

	@property
	def processes(self) -> dict[str, str]:
		"""The lines `name: command` of the bench's `Procfile` ({} when there is none)."""
		file = self.path / "Procfile"
		lines = re.findall(r"^(\w+):\s*(.+)$", file.read_text(), re.MULTILINE) if file.exists() else []
		return dict(lines)

	def environment(self, **extra: str) -> dict[str, str]:
		"""The caller's environment; this checkout comes before what the bench has installed, the sandbox never."""
		return {**os.environ, "PYTHONPATH": str(CHECKOUT), **extra}

	def command(self, *arguments: str) -> list[str]:
		"""`bench <arguments>` without the bench command line tool, which not every machine has."""
		return [self.python, "-m", "frappe.utils.bench_helper", "frappe", *arguments]

	def run(self, *arguments: str) -> None:
		"""Runs `bench <arguments>`; its output is shown only when it fails, then BenchError is raised."""
		run_quietly(self.command(*arguments), cwd=self.sites, env=self.environment())


def find_benches() -> list[Bench]:
	"""The benches that FRAPPE_BENCH names, parted as in PATH, else those of DEFAULT_BENCHES that there are.

	None with FRAPPE_BENCH=none. Raises BenchError when FRAPPE_BENCH names a directory that is not a bench with ERPNext.
	"""
	if is_switched_off():
		return []
	named = os.environ.get("FRAPPE_BENCH")
	texts = filter(None, named.split(os.pathsep)) if named else DEFAULT_BENCHES
	paths = list(dict.fromkeys(Path(text).expanduser().absolute() for text in texts))
	if not named:
		return name_benches([path for path in paths if not get_missing_parts(path)])
	for path in paths:
		if missing := get_missing_parts(path):
			raise BenchError(
				f"FRAPPE_BENCH: {path} is not a bench with ERPNext: {', '.join(missing)} missing."
			)
	return name_benches(paths)


def is_switched_off() -> bool:
	named = os.environ.get("FRAPPE_BENCH")
	return named is not None and named.strip().lower() in ("", "none")


def get_missing_parts(path: Path) -> list[str]:
	return [part for part in BENCH_PARTS if not (path / part).exists()]


def name_benches(paths: list[Path]) -> list[Bench]:
	"""Each by its folder, and by as many of the folders above as tell them apart: v15-bench, v16-bench."""
	depth = 1
	while len({path.parts[-depth:] for path in paths}) < len(paths):
		depth += 1
	return [Bench(path, "-".join(path.parts[-depth:])) for path in paths]


def require_benches(consequence: str) -> list[Bench]:
	"""`find_benches`, where there must be one."""
	benches = find_benches()
	if not benches:
		raise BenchError(explain_no_bench(consequence))
	return benches


def explain_no_bench(consequence: str) -> str:
	"""Why `find_benches` found none; `consequence` is what follows: "site tests skipped"."""
	if is_switched_off():
		return f"FRAPPE_BENCH=none: no bench is used, {consequence}."
	return f"No bench found (FRAPPE_BENCH, {', '.join(DEFAULT_BENCHES)}): {consequence}."


@contextmanager
def locked(file: Path, waits: str) -> Iterator[None]:
	"""One process at a time; another one says that it `waits`, and does."""
	with open(file, "w") as lock:
		try:
			fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
		except BlockingIOError:
			print(f"{waits} …", flush=True)
			fcntl.flock(lock, fcntl.LOCK_EX)
		yield


def run_quietly(command: list[str], **options) -> None:
	"""Runs a command without standard input; shows its output and raises BenchError when it fails."""
	done = subprocess.run(
		command,
		stdin=subprocess.DEVNULL,
		stdout=subprocess.PIPE,
		stderr=subprocess.STDOUT,
		text=True,
		errors="replace",
		**options,
	)
	if done.returncode:
		print(done.stdout)
		raise BenchError(f"This command ended with exit code {done.returncode}: {' '.join(command)}")
