import ast
import os
import subprocess
import sys
import time

import pytest

from tools import mutant_run, mutation
from tools.bench import CHECKOUT, BenchError
from tools.hosts import get_sandbox_path
from tools.mutant_run import Coverage, MutantFinder
from tools.mutants import Mutant, compile_mutant, find_mutants
from tools.mutation import choose_sample, choose_tests, get_files, make_rows, report

SOURCE = '''"""A module."""
LIMIT = 3


@dataclass(frozen=True)
class Box:
	"""A box."""


def choose(values: list[int | None], limit: int = 5) -> int | None:
	"""Return one."""
	for value in values:
		if value < limit and not value == LIMIT:
			tell(_("Found {0}.").format(value))
			return max(values, key=len)
	return None
'''


@pytest.fixture
def file(tmp_path):
	file = tmp_path / "crm_pipeline/domain/boxes.py"
	file.parent.mkdir(parents=True)
	file.write_text(SOURCE)
	return file


def make_mutant(number: int = 0, **values) -> Mutant:
	defaults = {
		"path": "crm_pipeline/domain/boxes.py",
		"function": "choose",
		"is_early": False,
		"change": f"1 → {number}",
	}
	return Mutant(**{**defaults, "number": number, "line": 13, "lines": range(13, 14), **values})


# --- what is changed


def test_signs_numbers_conditions_calls_and_statements_are_changed(file, tmp_path):
	assert [mutant.change for mutant in find_mutants(file, tmp_path)] == [
		"3 → 4",
		"5 → 6",
		"value < limit and (not value == LIMIT) → not (value < limit and (not value == LIMIT))",
		"value < limit and (not value == LIMIT) → value < limit or not value == LIMIT",
		"value < limit → value <= limit",
		"not value == LIMIT → value == LIMIT",
		"value == LIMIT → value != LIMIT",
		"tell(_('Found {0}.').format(value)) → pass",
		"return max(values, key=len) → return None",
		"max(values, key=len) → max(values)",
		"max(values, key=len) → min(values, key=len)",
	]


def test_a_mutant_knows_its_function_and_its_line(file, tmp_path):
	early, *_others, last = find_mutants(file, tmp_path)
	assert (early.function, early.line, early.is_early) == ("module", 2, True)
	assert (last.function, last.line, last.is_early) == ("choose", 15, False)
	assert last.name == "crm_pipeline/domain/boxes.py choose: max(values, key=len) → min(values, key=len)"


def test_the_lines_of_a_compound_statement_are_those_of_its_head(file, tmp_path):
	mutant = next(mutant for mutant in find_mutants(file, tmp_path) if "value <= limit" in mutant.change)
	assert mutant.lines == range(13, 14)


def test_each_mutant_is_another_program(file, tmp_path):
	codes = [compile_mutant(file, mutant.number) for mutant in find_mutants(file, tmp_path)]
	assert len(set(codes)) == len(codes)
	assert compile(ast.parse(SOURCE), str(file), "exec") not in codes


def test_the_module_is_imported_with_its_change_and_the_file_stays(monkeypatch, file, tmp_path):
	monkeypatch.setattr(mutant_run, "CHECKOUT", tmp_path)
	file.write_text("LIMIT = 3\n")
	finder = MutantFinder(find_mutants(file, tmp_path)[0])
	assert finder.find_spec("crm_pipeline.domain.others") is None
	spec = finder.find_spec("crm_pipeline.domain.boxes")
	module = mutant_run.importlib.util.module_from_spec(spec)
	spec.loader.exec_module(module)
	assert (module.LIMIT, file.read_text()) == (4, "LIMIT = 3\n")


# --- which tests run


COVERAGE = Coverage(
	seconds={"a.py::one": 1, "b.py::two": 0.5, "b.py::three": 0.5, "c.py::four": 30, "d.py::five": 1},
	lines={
		"crm_pipeline/domain/boxes.py": {
			"13": ["a.py::one", "b.py::three", "c.py::four"],
			"14": ["b.py::two"],
		}
	},
)


@pytest.fixture
def imports(monkeypatch):
	names = {"a.py": {"crm_pipeline.domain.boxes"}, "b.py": set(), "c.py": set(), "d.py": set()}
	monkeypatch.setattr(mutation, "IMPORTS", names)


def test_the_tests_of_the_line_run_first_those_that_import_the_module(imports):
	assert choose_tests(make_mutant(), COVERAGE) == (["a.py::one", "b.py::three"], 1.5)


def test_what_runs_on_import_is_for_all_tests_that_run_a_line_of_the_module_or_import_it(imports):
	coverage = Coverage({**COVERAGE.seconds, "a.py::six": 0.1}, COVERAGE.lines)
	tests, _seconds = choose_tests(make_mutant(is_early=True), coverage)
	assert tests == ["a.py::one", "a.py::six", "b.py::two", "b.py::three"]


def test_a_module_that_only_holds_data_is_for_all_tests(imports):
	coverage = Coverage(COVERAGE.seconds, {"crm_pipeline/domain/boxes.py": {"2": []}})
	tests, _seconds = choose_tests(make_mutant(is_early=True), coverage)
	assert tests == ["a.py::one", "b.py::two", "b.py::three", "d.py::five"]


def test_of_files_that_do_not_import_it_the_one_that_runs_most_of_the_module_comes_first(imports):
	lines = {"13": ["b.py::two", "d.py::five"], "14": ["d.py::five"]}
	coverage = Coverage(COVERAGE.seconds, {"crm_pipeline/domain/boxes.py": lines})
	assert choose_tests(make_mutant(), coverage) == (["d.py::five", "b.py::two"], 1.5)


def test_a_file_that_takes_too_long_keeps_no_other_from_running(imports):
	lines = {"13": ["c.py::four", "b.py::two"], "14": ["c.py::four"]}
	coverage = Coverage(COVERAGE.seconds, {"crm_pipeline/domain/boxes.py": lines})
	assert choose_tests(make_mutant(), coverage) == (["b.py::two"], 0.5)
	coverage = Coverage(COVERAGE.seconds, {"crm_pipeline/domain/boxes.py": {"13": ["c.py::four"]}})
	assert choose_tests(make_mutant(), coverage) == (["c.py::four"], 30)


def test_the_sample_is_the_same_for_a_seed_and_takes_as_many_of_each_room():
	mutants = [
		make_mutant(number, path=f"crm_pipeline/{room}/boxes.py")
		for room in ("domain", "access")
		for number in range(50)
	]
	sample = choose_sample(mutants, 5, seed=1)
	assert sample == choose_sample(mutants, 5, seed=1) != choose_sample(mutants, 5, seed=2)
	assert [mutation.get_room(mutant) for mutant in sample] == ["domain"] * 5 + ["access"] * 5
	assert choose_sample(mutants, None, seed=1) == mutants


def test_rooms_and_modules_can_be_named():
	assert get_files("domain/routing") == [CHECKOUT / "crm_pipeline/domain/routing.py"]
	assert {file.parent.name for file in get_files(None)} == set(mutation.ROOMS)
	for only in ("attic", "domain/attic", "routing"):
		with pytest.raises(BenchError, match=f"--only {only}"):
			get_files(only)


# --- the run


def pass_or_fail(_mutant, tests):
	time.sleep(60 if "hang" in tests else 0)
	sys.exit("fail" in tests)


def test_a_mutant_lives_when_all_tests_pass_and_not_when_one_fails_or_hangs(monkeypatch):
	monkeypatch.setattr(mutant_run, "SECONDS_TO_START", 0.5)
	tasks = [(make_mutant(number), [test], 0) for number, test in enumerate(("pass", "fail", "hang"))]
	outcomes = {mutant.number: is_killed for mutant, is_killed in mutant_run.run_all(tasks, 2, pass_or_fail)}
	assert outcomes == {0: False, 1: True, 2: True}


def test_a_real_mutant_is_killed_by_a_test_that_looks_and_lives_through_others():
	tests = "crm_pipeline/tests/features/test_routing_turns.py"
	script = f"""
from tools import mutant_run, mutation
from tools.mutants import find_mutants
[mutant] = [one for one in find_mutants(mutation.get_files("domain/routing")[0], mutation.CHECKOUT) if "→ max(" in one.change]
tasks = [(mutant, ["{tests}::Test" + name], 1) for name in ("LoadBalancing", "RoundRobin")]
print([is_killed for _mutant, is_killed in mutant_run.run_all(tasks, 1)])
"""
	environment = {**os.environ, "PYTHONPATH": get_sandbox_path()}
	done = subprocess.run(
		[sys.executable, "-c", script],
		cwd=CHECKOUT,
		env=environment,
		capture_output=True,
		text=True,
		check=True,
	)
	assert done.stdout.strip() == "[True, False]"


# --- what is told


def test_each_module_and_each_room_has_a_row():
	mutants = [make_mutant(number) for number in range(4)]
	rows = make_rows(mutants, mutants[:2], {mutants[0].name})
	assert [row["module"] for row in rows] == ["domain/boxes.py", "domain/"]
	assert rows[1] == {
		"module": "domain/",
		"mutants": 4,
		"killed": 2,
		"survived": 1,
		"accepted": 1,
		"percent": 50,
	}


def test_a_survivor_is_told_with_its_line_and_change_unless_it_is_explained(capsys):
	mutants = [make_mutant(number) for number in range(40)]
	assert report(mutants, mutants, mutants[:2], {mutants[1].name}) == 0
	told = [line for line in capsys.readouterr().out.splitlines() if ":13 " in line]
	assert told == ["crm_pipeline/domain/boxes.py:13 choose: 1 → 0"]


def test_it_is_red_when_too_few_of_the_domain_are_killed_explained_or_not(capsys):
	mutants = [make_mutant(number) for number in range(40)]
	assert report(mutants, mutants, mutants[:3], {mutant.name for mutant in mutants[:3]}) == 1
	assert "Fewer than 95% of the mutants of domain/ are killed." in capsys.readouterr().out


def test_other_rooms_have_no_least_share():
	mutants = [make_mutant(number, path="crm_pipeline/record/boxes.py") for number in range(4)]
	assert report(mutants, mutants, mutants, set()) == 0


def test_it_is_red_when_an_explanation_is_of_no_survivor(capsys):
	mutants = [make_mutant(number) for number in range(40)]
	assert report(mutants, mutants, [], {mutants[0].name, "crm_pipeline/record/other.py of: 1 → 2"}) == 1
	assert f"explains what is no survivor: {mutants[0].name}\n" in capsys.readouterr().out
	assert report(mutants, mutants[:20], [], {mutants[0].name}) == 0


def test_every_explanation_has_a_mutant_and_a_reason():
	accepted = mutation.read_accepted()
	lines = [line for line in mutation.ACCEPTED.read_text().splitlines() if line.startswith("- ")]
	assert len(lines) == len(accepted)
	names = {mutant.name for file in get_files(None) for mutant in find_mutants(file, CHECKOUT)}
	assert accepted <= names
