"""Run the browser tests: `python -m tools.run_e2e [PYTEST ARGUMENTS]`. Exit code 0 only when everything passed.

Each bench is served in turn. The site is CRM_PIPELINE_E2E_SITE or one made for these tests, with the sample data in it.
SCREENSHOTS=1 also takes the pictures of the documentation, on the first bench; SCREENSHOTS=NAME on the bench of that name.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tools import bench_site, browser
from tools.bench import CHECKOUT, Bench, BenchError, require_benches
from tools.pytest_run import COLUMNS, Counts, run_pytest
from tools.side_by_side import Result, command, report, run_on
from tools.versions import VERSIONS

TESTS = "e2e"
PICTURES = "e2e/test_docs_pictures.py"
RESULTS = "e2e/results"
DEFAULT_SITE = "test_crm_pipeline_e2e"


@command
def main(arguments: Sequence[str]) -> int:
	benches = require_benches("nothing to look at")
	chromium = browser.find_chromium()
	photographer = get_photographer(benches)
	results = run_on(
		benches,
		lambda bench: test_in_browser(bench, chromium, arguments or get_tests(bench == photographer)),
		at_once=1,
	)
	return report(benches, results, (*VERSIONS, *COLUMNS))


def get_photographer(benches: Sequence[Bench]) -> Bench | None:
	"""The bench whose pages are in the documentation; None when no pictures are asked for."""
	wanted = os.environ.get("SCREENSHOTS")
	if not wanted:
		return None
	if wanted == "1":
		return benches[0]
	names = {bench.name: bench for bench in benches}
	if wanted not in names:
		raise BenchError(f"SCREENSHOTS={wanted}: 1, or the name of a bench: {', '.join(names)}.")
	return names[wanted]


def get_tests(with_pictures: bool) -> list[str]:
	"""Pictures only when asked for, and then first: the other tests leave records of theirs on the site."""
	return [PICTURES, TESTS] if with_pictures else [TESTS, f"--ignore={PICTURES}"]


def test_in_browser(bench: Bench, chromium: str, arguments: Sequence[str]) -> Result:
	site = bench_site.get_site_name("CRM_PIPELINE_E2E_SITE", DEFAULT_SITE)
	with bench_site.ready_site(bench, site):
		browser.build_assets(bench)
		bench.run("--site", site, "crm-pipeline", "demo")
		with browser.served(bench, site) as url:
			counts = run_browser_tests(url, chromium, f"{RESULTS}/{bench.name}", arguments)
	notes = list(counts.notes)
	if not counts.is_green:
		notes.append(f"{RESULTS}/{bench.name}/ has what each page showed.")
	return Result(counts.is_green, [counts.row], [f"{bench.name}: {note}" for note in notes])


def run_browser_tests(url: str, chromium: str, results: str, arguments: Sequence[str]) -> Counts:
	"""Without the conftest.py of the checkout, which would set up the sandbox."""
	environment = {
		"CRM_PIPELINE_E2E_URL": url,
		"CRM_PIPELINE_E2E_RESULTS": str(CHECKOUT / results),
		"CRM_PIPELINE_CHROMIUM": chromium,
		"PYTHONPATH": str(CHECKOUT),
	}
	return run_pytest(sys.executable, {**os.environ, **environment}, f"--confcutdir={TESTS}", *arguments)


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
