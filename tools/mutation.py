"""Change the code in small ways and see whether a test fails: `python -m tools.mutation [OPTIONS]`.

A mutant is killed when one of the tests that run its line fails. Those that nothing kills are listed, unless
tools/mutation_accepted.md says why they may live. Red when fewer than 95 % of domain/ are killed, or an explanation is
of no mutant any more.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools import mutant_run
from tools.bench import CHECKOUT, BenchError
from tools.mutant_run import Coverage
from tools.mutants import Mutant, find_mutants
from tools.side_by_side import command
from tools.table import format_table

APP = "crm_pipeline"
ROOMS = ("domain", "record", "access")
LEAST_KILLED = {"domain": 0.95}
ACCEPTED = CHECKOUT / "tools/mutation_accepted.md"
ENTRY = re.compile(r"^- `(.+)`: \S", re.MULTILINE)
COLUMNS = ("module", "mutants", "killed", "survived", "accepted", "percent")
MOST_SECONDS = 10  # of tests per mutant, the nearest first
# imported once, before any mutant is: the app itself is not among them
LIBRARIES = ("bleach", "freezegun", "hypothesis.strategies", "jinja2", "pydantic", "pypika", "werkzeug.test")


@command
def main(arguments: Sequence[str]) -> int:
	options = read_options(arguments)
	files = get_files(options.only)
	mutants = [mutant for file in files for mutant in find_mutants(file, CHECKOUT)]
	chosen = choose_sample(mutants, options.sample, options.seed)
	for name in LIBRARIES:
		__import__(name)
	print(f"{len(chosen)} of {len(mutants)} mutants. First all tests, to learn which run what …", flush=True)
	coverage = mutant_run.record(files)
	if coverage.failed:
		raise BenchError(f"These tests fail before anything is changed: {', '.join(coverage.failed)}")
	survivors = find_survivors(chosen, coverage, options.jobs)
	return report(mutants, chosen, survivors, read_accepted())


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
	parser = argparse.ArgumentParser(prog="mutation", description=__doc__)
	parser.add_argument("--only", help="rooms or modules, as in domain or domain/routing,record")
	parser.add_argument("--sample", type=int, help="how many mutants of each room, drawn by the seed")
	parser.add_argument("--seed", type=int, default=1)
	parser.add_argument("--jobs", type=int, default=int(os.environ.get("JOBS") or os.cpu_count() or 1))
	return parser.parse_args(arguments)


def get_files(only: str | None) -> list[Path]:
	files = []
	for part in (only or ",".join(ROOMS)).split(","):
		path = CHECKOUT / APP / part
		found = sorted(path.glob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
		if part.split("/")[0] not in ROOMS or not all(file.exists() for file in found):
			raise BenchError(
				f"--only {part}: it is one of {', '.join(ROOMS)}, or a module as in domain/routing."
			)
		files += found
	return files


def choose_sample(mutants: list[Mutant], size: int | None, seed: int) -> list[Mutant]:
	if size is None:
		return mutants
	chosen = []
	for room in ROOMS:
		of_room = [mutant for mutant in mutants if get_room(mutant) == room]
		chosen += random.Random(seed).sample(of_room, min(size, len(of_room)))
	return sorted(chosen, key=mutants.index)


def get_room(mutant: Mutant) -> str:
	return mutant.path.split("/")[1]


def find_survivors(mutants: list[Mutant], coverage: Coverage, jobs: int) -> list[Mutant]:
	survivors = []
	tasks = ((mutant, *choose_tests(mutant, coverage)) for mutant in mutants)
	for count, (mutant, is_killed) in enumerate(mutant_run.run_all(tasks, jobs), start=1):
		if not is_killed:
			survivors.append(mutant)
		if count % 50 == 0:
			print(f"{count} of {len(mutants)}, {len(survivors)} survive", flush=True)
	return sorted(survivors, key=mutants.index)


# --- which tests


def choose_tests(mutant: Mutant, coverage: Coverage) -> tuple[list[str], float]:
	"""Return the tests that run the mutant's line and the seconds they take.

	The files that import its module come first, then those that run most of its lines, then the quickest. One that
	takes too long by itself stands behind all others.
	"""
	tests = get_covering(mutant, coverage)
	files: dict[str, list[str]] = {}
	for test in coverage.seconds:
		if test in tests:
			files.setdefault(get_file(test), []).append(test)
	totals = {file: sum(coverage.seconds[test] for test in files[file]) for file in files}
	chosen, seconds = [], 0.0
	known = count_lines(mutant.path, coverage)

	def rank(file: str) -> tuple:
		is_slow = totals[file] > MOST_SECONDS
		return is_slow, mutant.module not in get_imports(file), -known[file], totals[file]

	for file in sorted(files, key=rank):
		if chosen and seconds + totals[file] > MOST_SECONDS:
			continue
		chosen += files[file]
		seconds += totals[file]
	return chosen, seconds


def get_covering(mutant: Mutant, coverage: Coverage) -> set[str]:
	"""Return the tests of the line. What runs on import is for all that run a line of the module or import it.

	A module that only holds data has no line that a test runs: it is for all tests.
	"""
	lines = coverage.lines[mutant.path]
	if not mutant.is_early:
		return {test for line in mutant.lines for test in lines.get(str(line), ())}
	of_module = {test for tests in lines.values() for test in tests} or set(coverage.seconds)
	return of_module | {test for test in coverage.seconds if mutant.module in get_imports(get_file(test))}


def get_file(test: str) -> str:
	return test.split("::")[0]


def count_lines(path: str, coverage: Coverage) -> Counter[str]:
	"""Return how many lines of a module each test file runs."""
	lines = coverage.lines[path].values()
	return Counter(file for tests in lines for file in {get_file(test) for test in tests})


IMPORTS: dict[str, set[str]] = {}


def get_imports(file: str) -> set[str]:
	"""Return what a test file imports: modules, and names in modules."""
	if file not in IMPORTS:
		nodes = ast.walk(ast.parse((CHECKOUT / file).read_text()))
		imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
		names = {f"{node.module}.{alias.name}" for node in imports for alias in node.names}
		IMPORTS[file] = names | {node.module for node in imports}
	return IMPORTS[file]


# --- what came of it


def read_accepted() -> set[str]:
	return set(ENTRY.findall(ACCEPTED.read_text()))


def report(mutants: list[Mutant], chosen: list[Mutant], survivors: list[Mutant], accepted: set[str]) -> int:
	for mutant in survivors:
		if mutant.name not in accepted:
			print(f"{mutant.path}:{mutant.line} {mutant.function}: {mutant.change}")
	rows = make_rows(chosen, survivors, accepted)
	print(format_table(COLUMNS, rows))
	stale = get_stale(mutants, chosen, survivors, accepted)
	for name in stale:
		print(f"{ACCEPTED.name} explains what is no survivor: {name}")
	too_few = [
		room
		for room, least in LEAST_KILLED.items()
		for row in rows
		if row["module"] == f"{room}/" and row["killed"] < least * row["mutants"]
	]
	for room in too_few:
		print(f"Fewer than {LEAST_KILLED[room]:.0%} of the mutants of {room}/ are killed.")
	return int(bool(stale or too_few))


def make_rows(mutants: list[Mutant], survivors: list[Mutant], accepted: set[str]) -> list[dict[str, object]]:
	"""One row for each module, and one for each room."""
	rows = []
	for room in ROOMS:
		of_room = [mutant for mutant in mutants if get_room(mutant) == room]
		for path in dict.fromkeys(mutant.path for mutant in of_room):
			of_path = [mutant for mutant in of_room if mutant.path == path]
			rows.append(make_row(path.removeprefix(f"{APP}/"), of_path, survivors, accepted))
		if of_room:
			rows.append(make_row(f"{room}/", of_room, survivors, accepted))
	return rows


def make_row(
	name: str, mutants: list[Mutant], survivors: Iterable[Mutant], accepted: set[str]
) -> dict[str, object]:
	living = set(mutants) & set(survivors)
	explained = {mutant for mutant in living if mutant.name in accepted}
	killed = len(mutants) - len(living)
	counts = (len(mutants), killed, len(living - explained), len(explained), 100 * killed // len(mutants))
	return dict(zip(COLUMNS, (name, *counts), strict=True))


def get_stale(
	mutants: list[Mutant], chosen: list[Mutant], survivors: list[Mutant], accepted: set[str]
) -> list[str]:
	"""Return the explanations that nothing needs any more; only a whole run of a module can tell."""
	if len(chosen) < len(mutants):
		return []
	paths = {mutant.path for mutant in mutants}
	names = {mutant.name for mutant in survivors}
	return sorted(name for name in accepted if name.split()[0] in paths and name not in names)


if __name__ == "__main__":
	sys.exit(main(sys.argv[1:]))
