"""One run of pytest, counted (tools/tally.py)."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.bench import CHECKOUT

COLUMNS = ("passed", "failed", "skipped", "site-only")


@dataclass
class Counts:
	"""How the run ended; `is_green` is pytest's own verdict, and False when nothing was collected."""

	is_green: bool
	collected: int = 0
	passed: int = 0
	failed: int = 0
	skipped: int = 0
	site_only: int = 0

	@property
	def row(self) -> dict[str, int]:
		counts = (self.passed, self.failed, self.skipped, self.site_only)
		return dict(zip(COLUMNS, counts, strict=True))

	@property
	def notes(self) -> list[str]:
		"""What the numbers don't show: nothing failed, and yet it is red."""
		if self.is_green or self.failed:
			return []
		return ["pytest ended with an error or found no test: see its output."]


def run_pytest(python: str, environment: Mapping[str, str], *arguments: str) -> Counts:
	with tempfile.TemporaryDirectory() as folder:
		tally = Path(folder) / "tally.json"
		done = subprocess.run(
			[python, "-m", "pytest", "-p", "tools.tally", *arguments],
			cwd=CHECKOUT,
			env={**environment, "CRM_PIPELINE_TALLY": str(tally)},
			stdin=subprocess.DEVNULL,
			check=False,
		)
		counts = json.loads(tally.read_text()) if tally.exists() else {}
	return Counts(is_green=done.returncode == 0, **counts)
