"""Find a bench on this machine and run its commands. Nothing here builds or changes a bench."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
BENCH_PARTS = ("sites", "apps/frappe", "apps/erpnext", "env/bin/python")
NO_BENCH = "No bench found (FRAPPE_BENCH or ~/frappe-bench): site tests skipped."


class BenchError(Exception):
	"""Something about the bench a person must put right; the text says what."""


@dataclass(frozen=True)
class Bench:
	"""A bench directory with Frappe and ERPNext in it."""

	path: Path

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

	def environment(self, **extra: str) -> dict[str, str]:
		"""The caller's environment; this checkout comes before what the bench has installed, the sandbox never."""
		return {**os.environ, "PYTHONPATH": str(CHECKOUT), **extra}

	def command(self, *arguments: str) -> list[str]:
		"""`bench <arguments>` without the bench command line tool, which not every machine has."""
		return [self.python, "-m", "frappe.utils.bench_helper", "frappe", *arguments]

	def run(self, *arguments: str) -> None:
		"""Runs `bench <arguments>`; its output is shown only when it fails, then BenchError is raised."""
		run_quietly(self.command(*arguments), cwd=self.sites, env=self.environment())


def find_bench() -> Bench | None:
	"""The bench named by FRAPPE_BENCH, else ~/frappe-bench; None when there is none or FRAPPE_BENCH=none.

	Raises BenchError when FRAPPE_BENCH names a directory that is not a bench with ERPNext.
	"""
	named = os.environ.get("FRAPPE_BENCH")
	if named is not None and named.strip().lower() in ("", "none"):
		return None
	path = Path(named or "~/frappe-bench").expanduser().absolute()
	missing = [part for part in BENCH_PARTS if not (path / part).exists()]
	if not missing:
		return Bench(path)
	if named:
		raise BenchError(f"FRAPPE_BENCH={named} is not a bench with ERPNext: {', '.join(missing)} missing.")
	return None


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
