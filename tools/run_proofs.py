"""Run the proofs on the sandbox and on each bench: `python -m tools.run_proofs [OPTIONS OF proofs]`.

A run that was killed goes on where it stopped, with its seed. See proofs/README.md.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from proofs import state
from tools.bench import CHECKOUT, find_benches
from tools.hosts import Host, Sandbox, ready_host
from tools.side_by_side import Result, command, fail, report, run_on

COLUMNS = ("proof", "seed", "steps", "failed", "seconds")
SAMPLE_SEED = 1


@command
def main(arguments: Sequence[str]) -> int:
	parser = argparse.ArgumentParser(prog="run_proofs", description=__doc__)
	parser.add_argument("--seed", type=int)
	parser.add_argument("--sample", action="store_true")
	options, others = parser.parse_known_args(arguments)
	seed = get_seed(options.seed, options.sample)
	others += ["--seed", str(seed), *(["--sample"] if options.sample else [])]
	hosts = [Sandbox(), *find_benches()]
	results = run_on(hosts, lambda host: prove(host, others))
	exit_code = report(hosts, results, COLUMNS)
	if not options.sample and all(result.is_complete for result in results):
		state.forget()
	return exit_code


def get_seed(given: int | None, is_sample: bool) -> int:
	"""The sample is always the same; a whole run goes on with the seed of the one that was killed, or has a new one."""
	if given is not None:
		return given
	if is_sample:
		return SAMPLE_SEED
	unfinished = state.get_unfinished_seed()
	return random.randrange(10**6) if unfinished is None else unfinished


def prove(host: Host, arguments: Sequence[str]) -> Result:
	with ready_host(host) as environment, tempfile.TemporaryDirectory() as folder:
		rows = Path(folder) / "rows.json"
		command = [host.python, "-m", "proofs", "--host", host.name, "--result", str(rows), *arguments]
		done = subprocess.run(command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, check=False)
		if not rows.exists():
			return fail(f"{host.name}: the proofs ended with exit code {done.returncode}.")
		return Result(done.returncode == 0, json.loads(rows.read_text()))


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
