"""Pytest plugin (`-p tools.tally`): writes what was collected and how it ended to the file CRM_PIPELINE_TALLY."""

import json
import os
from pathlib import Path

SITE_ONLY = "site only"


class Tally:
	def __init__(self) -> None:
		self.collected = 0
		self.outcomes: dict[str, set[str]] = {
			"passed": set(),
			"failed": set(),
			"skipped": set(),
			"site_only": set(),
		}

	def pytest_collection_finish(self, session) -> None:
		self.collected = len(session.items)

	def pytest_collectreport(self, report) -> None:
		if report.failed:
			self.outcomes["failed"].add(report.nodeid)

	def pytest_runtest_logreport(self, report) -> None:
		if report.failed:
			self.outcomes["failed"].add(report.nodeid)
		elif report.skipped:
			self.outcomes[get_kind_of_skip(report.longrepr)].add(report.nodeid)
		elif report.when == "call":
			self.outcomes["passed"].add(report.nodeid)

	def pytest_sessionfinish(self) -> None:
		Path(os.environ["CRM_PIPELINE_TALLY"]).write_text(json.dumps(self.get_counts()))

	def get_counts(self) -> dict[str, int]:
		"""A test that failed while it was torn down has passed before: it counts as failed."""
		self.outcomes["passed"] -= self.outcomes["failed"]
		counts = {name: len(tests) for name, tests in self.outcomes.items()}
		return {"collected": self.collected, **counts}


def get_kind_of_skip(longrepr) -> str:
	"""`longrepr` of a skipped test ends with its reason: "Skipped: site only: real locks"."""
	reason = str(longrepr[-1] if isinstance(longrepr, tuple) else longrepr)
	return "site_only" if SITE_ONLY in reason else "skipped"


def pytest_configure(config) -> None:
	config.pluginmanager.register(Tally(), "crm_pipeline_tally")
