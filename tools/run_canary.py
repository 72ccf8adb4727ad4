"""Run the whole canary test on each bench: `python -m tools.run_canary [--only NAMES]`.

NAMES are beginnings of doors' names, separated by commas. See crm_pipeline/tests/canary.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tools.bench import Bench, require_benches
from tools.hosts import ready_host
from tools.pytest_run import COLUMNS, run_pytest
from tools.side_by_side import Result, command, report, run_on
from tools.versions import VERSIONS

CANARY = "crm_pipeline/tests/canary"


@command
def main(arguments: Sequence[str]) -> int:
	parser = argparse.ArgumentParser(prog="run_canary", description=__doc__)
	parser.add_argument("--only", default="")
	options = parser.parse_args(arguments)
	hosts = require_benches("nothing to ask")
	results = run_on(hosts, lambda bench: ask_on(bench, options.only))
	return report(hosts, results, (*VERSIONS, *COLUMNS))


def ask_on(bench: Bench, only: str) -> Result:
	with ready_host(bench) as environment:
		more = {"CRM_PIPELINE_CANARY": only or "whole"}
		counts = run_pytest(bench.python, {**environment, **more}, "-s", CANARY)
	return Result(counts.is_green, [counts.row], [f"{bench.name}: {note}" for note in counts.notes])


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
