"""Chooses the host of the tests: a real site (CRM_PIPELINE_HOST=site, CRM_PIPELINE_SITE, FRAPPE_BENCH) or the sandbox."""

import os
import sys
from pathlib import Path

HOST = "site" if os.environ.get("CRM_PIPELINE_HOST") == "site" else "sandbox"


def pytest_configure(config) -> None:
	if HOST == "site":
		connect_to_site()
	else:
		make_sandbox()


def connect_to_site() -> None:
	import frappe

	sites = Path(os.environ["FRAPPE_BENCH"]).expanduser() / "sites"
	os.chdir(sites)
	frappe.init(site=os.environ["CRM_PIPELINE_SITE"], sites_path=str(sites))
	frappe.connect()
	frappe.in_test = frappe.flags.in_test = True  # Frappe 16 asks the first


def make_sandbox() -> None:
	sys.path.insert(0, str(Path(__file__).parent / "sandbox"))
	from site_setup import create_site

	create_site()


def pytest_terminal_summary(terminalreporter) -> None:
	skipped = terminalreporter.stats.get("skipped", [])
	site_only = sum("site only" in str(report.longrepr) for report in skipped)
	passed = len(terminalreporter.stats.get("passed", []))
	terminalreporter.write_line(f"{HOST}: {passed} passed, {site_only} site-only")
