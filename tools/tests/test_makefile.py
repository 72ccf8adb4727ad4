"""Which Python `.venv` is made with. Nothing is made here: make only says what it would do."""

import os
import shutil
import subprocess
import sys
import venv

import pytest

from tools.bench import CHECKOUT

MAKES = "-m venv --clear"


@pytest.fixture
def checkout(tmp_path):
	"""A checkout whose .venv was made with the Python of this test."""
	shutil.copy(CHECKOUT / "Makefile", tmp_path)
	(tmp_path / "sandbox").mkdir()
	(tmp_path / "sandbox/requirements.txt").touch()
	venv.create(tmp_path / ".venv", with_pip=False, symlinks=True)
	(tmp_path / ".venv/ready").touch()
	return tmp_path


@pytest.fixture
def other_python(tmp_path):
	python = tmp_path / "other-python"
	python.write_text("#!/bin/sh\necho /another 3.99\n")
	python.chmod(0o755)
	return str(python)


def ask(checkout, *arguments, **variables) -> str:
	environment = {key: value for key, value in os.environ.items() if key not in ("PYTHON", "MAKEFLAGS")}
	done = subprocess.run(
		["make", "-n", ".venv/ready", *arguments],
		cwd=checkout,
		env={**environment, **variables},
		capture_output=True,
		text=True,
		check=True,
	)
	return done.stdout


def test_without_a_given_python_an_existing_venv_is_kept(checkout):
	assert MAKES not in ask(checkout)


def test_a_given_python_that_is_the_one_of_the_venv_keeps_it(checkout):
	assert MAKES not in ask(checkout, f"PYTHON={sys.executable}")


def test_another_python_makes_the_venv_anew(checkout, other_python):
	assert f"{other_python} {MAKES}" in ask(checkout, f"PYTHON={other_python}")
	assert f"{other_python} {MAKES}" in ask(checkout, PYTHON=other_python)


def test_without_a_venv_one_is_made(checkout):
	shutil.rmtree(checkout / ".venv")
	assert f"python3 {MAKES}" in ask(checkout)
