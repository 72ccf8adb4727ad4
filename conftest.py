"""Connects to the host of the tests, and says at the end which tests it left out."""

from tools.connection import HOST, connect


def pytest_configure(config) -> None:
	connect()


def pytest_terminal_summary(terminalreporter) -> None:
	skipped = terminalreporter.stats.get("skipped", [])
	site_only = sum("site only" in str(report.longrepr) for report in skipped)
	passed = len(terminalreporter.stats.get("passed", []))
	terminalreporter.write_line(f"{HOST}: {passed} passed, {site_only} site-only")
