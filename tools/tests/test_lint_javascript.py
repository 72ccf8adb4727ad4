"""ESLint and Prettier: where they run, what is said where they can't, and that they find something."""

import re
import shutil
import subprocess
import sys

import pytest

from tools import lint_javascript
from tools.bench import CHECKOUT

INCLUDE = re.compile(r'{% include "crm_pipeline/(.*)" %}')
BAD_SCRIPT = """
const unused = 1;
frappe.ui.form.on("Thing", {
	refresh(frm) {
		if (frm.doc.status == "Open") cur_frm.save();
		made_up(frm);
	},
});
"""
needs_eslint = pytest.mark.skipif(not lint_javascript.INSTALLED.exists(), reason="ESLint is not installed")


@pytest.fixture
def programs(tmp_path, monkeypatch):
	"""A folder that holds all programs there are; put(name, script) adds one."""
	folder = tmp_path / "bin"
	folder.mkdir()
	monkeypatch.setenv("PATH", str(folder))

	def put(name: str, script: str) -> None:
		(folder / name).write_text(f"#!{shutil.which('sh', path='/bin:/usr/bin')}\n{script}\n")
		(folder / name).chmod(0o755)

	return put


@pytest.fixture
def nothing_installed(tmp_path, monkeypatch):
	monkeypatch.setattr(lint_javascript, "INSTALLED", tmp_path / "ready")
	monkeypatch.setattr(lint_javascript, "HOME", tmp_path)
	return tmp_path


@pytest.fixture
def ran(monkeypatch):
	"""Whether the linters were called, and with --fix."""
	calls = []
	monkeypatch.setattr(lint_javascript, "run", lambda is_fixing: calls.append(is_fixing) or 0)
	return calls


@pytest.mark.parametrize(
	("node", "npm", "why"),
	[
		(None, None, "Node with npm is not installed"),
		("echo v20.20.2", None, "Node with npm is not installed"),
		("echo v18.19.1", "exit 0", "Node is v18.19.1 and has to be 20.19 or newer"),
		("exit 1", "exit 0", "Node is out of order"),
		(
			"echo v22.1.0",
			"echo 'npm error code ENOTFOUND' >&2; exit 1",
			r"could not get them \(code ENOTFOUND\)",
		),
		("echo v22.1.0", "exit 1", "it does not say why"),
	],
)
def test_where_it_cannot_run_one_line_says_why(programs, nothing_installed, ran, capsys, node, npm, why):
	for name, script in (("node", node), ("npm", npm)):
		if script:
			programs(name, script)
	assert lint_javascript.main([]) == 0
	assert lint_javascript.main(["--required"]) == 1
	lines = capsys.readouterr().out.splitlines()
	assert len(lines) == 2 and all(re.search(why, line) for line in lines)
	assert not ran


def test_npm_is_called_once_for_a_lock_file(programs, nothing_installed, ran):
	programs("node", "echo v22.1.0")
	programs("npm", 'echo "$*" >> calls')
	assert lint_javascript.main([]) == lint_javascript.main(["--fix"]) == 0
	assert (nothing_installed / "calls").read_text().count("ci --ignore-scripts") == 1
	assert ran == [False, True]
	(nothing_installed / "ready").write_text("another lock file")
	lint_javascript.main([])
	assert (nothing_installed / "calls").read_text().count("ci --ignore-scripts") == 2


def test_an_npm_that_hangs_is_given_up(monkeypatch, programs, nothing_installed, ran, capsys):
	programs("node", "echo v22.1.0")
	programs("npm", "while :; do :; done")
	monkeypatch.setattr(lint_javascript, "LONGEST_INSTALL", 0.2)
	assert lint_javascript.main([]) == 0
	assert "npm did not get them within 0.2 seconds" in capsys.readouterr().out


def test_the_lock_file_names_no_registry():
	text = lint_javascript.LOCK.read_text()
	assert '"resolved"' not in text and "file:" not in text


@needs_eslint
def test_eslint_finds_what_is_wrong():
	config = lint_javascript.HOME / "eslint.config.mjs"
	eslint = lint_javascript.HOME / "node_modules/.bin/eslint"
	name = "crm_pipeline/client_scripts/thing.js"
	done = subprocess.run(
		[eslint, "--config", config, "--stdin", "--stdin-filename", name],
		input=BAD_SCRIPT,
		cwd=CHECKOUT,
		capture_output=True,
		text=True,
	)
	assert done.returncode == 1
	for rule in ("no-unused-vars", "eqeqeq", "no-restricted-globals", "no-undef"):
		assert rule in done.stdout, done.stdout


@needs_eslint
def test_prettier_finds_what_is_not_in_form(tmp_path):
	script = tmp_path / "thing.js"
	script.write_text("const x  = 1")
	prettier = lint_javascript.HOME / "node_modules/.bin/prettier"
	assert subprocess.run([prettier, "--check", script], capture_output=True).returncode == 1


def test_what_a_script_includes_begins_with_a_comment():
	"""The include stands behind a “//”, which the framework leaves there."""
	app = CHECKOUT / "crm_pipeline"
	texts = [file.read_text() for file in app.rglob("*.js")]
	included = {path for text in texts for path in INCLUDE.findall(text)}
	assert included, "no include was found"
	assert all((app / path).read_text().startswith("//") for path in included)


def test_it_runs_as_a_file():
	done = subprocess.run(
		[sys.executable, "tools/lint_javascript.py", "--help"], cwd=CHECKOUT, capture_output=True
	)
	assert done.returncode == 0
