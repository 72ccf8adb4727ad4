"""Run the browser tests: `python -m tools.run_e2e [PYTEST ARGUMENTS]`. Exit code 0 only when everything passed.

The site is CRM_PIPELINE_E2E_SITE or one made for these tests, with the sample data in it. SCREENSHOTS=1 also takes the
pictures of the documentation.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tools import bench_site, browser
from tools.bench import CHECKOUT, Bench, BenchError, find_bench
from tools.services import start_services

TESTS = "e2e"
PICTURES = "e2e/test_docs_pictures.py"
DEFAULT_SITE = "test_crm_pipeline_e2e"


def main(arguments: list[str]) -> int:
	signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(143))  # so that the web server ends with this
	try:
		is_green = test_in_browser(arguments)
	except BenchError as error:
		print(error)
		return 1
	except KeyboardInterrupt:
		return 130
	print(f"browser: {'passed' if is_green else 'failed, see e2e/results/ for what each page showed'}")
	return 0 if is_green else 1


def test_in_browser(arguments: list[str]) -> bool:
	bench = find_bench()
	if not bench:
		raise BenchError("No bench found (FRAPPE_BENCH or ~/frappe-bench): nothing to look at.")
	chromium = browser.find_chromium()
	site = bench_site.get_site_name("CRM_PIPELINE_E2E_SITE", DEFAULT_SITE)
	with bench_site.locked_site(bench, site):
		start_services(bench)
		bench_site.prepare_site(bench, site)
		browser.build_assets(bench)
		bench.run("--site", site, "crm-pipeline", "demo")
		with browser.served(bench, site) as url:
			return run_pytest(bench, url, chromium, arguments)


def run_pytest(bench: Bench, url: str, chromium: str, arguments: list[str]) -> bool:
	"""Without the conftest.py of the checkout, which would set up the sandbox."""
	environment = {
		"CRM_PIPELINE_E2E_URL": url,
		"CRM_PIPELINE_CHROMIUM": chromium,
		"PYTHONPATH": str(CHECKOUT),
	}
	done = subprocess.run(
		[sys.executable, "-m", "pytest", f"--confcutdir={TESTS}", *(arguments or get_tests())],
		cwd=CHECKOUT,
		env={**os.environ, **environment},
		stdin=subprocess.DEVNULL,
		check=False,
	)
	return done.returncode == 0


def get_tests() -> list[str]:
	"""Pictures only when asked for, and then first: the other tests leave records of theirs on the site."""
	return [PICTURES, TESTS] if os.environ.get("SCREENSHOTS") else [TESTS, f"--ignore={PICTURES}"]


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
