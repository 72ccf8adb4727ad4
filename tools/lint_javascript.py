"""ESLint and Prettier over the client scripts: `python -m tools.lint_javascript [--fix] [--required]`.

Their versions are pinned in tools/javascript/, where npm puts them when they are missing or others. Without Node, or
where npm can't get them, one line says so and the lint goes on; `--required` makes an error of that.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "tools" / "javascript"
LOCK = HOME / "package-lock.json"
INSTALLED = HOME / "node_modules" / ".ready"  # a copy of the lock file, once all of it is there
SCRIPTS = "crm_pipeline/**/*.js"
CONFIGURATION = "tools/javascript/*.mjs"
OLDEST_NODE = (20, 19)
INSTALL = (
	"npm",
	"ci",
	"--ignore-scripts",
	"--no-audit",
	"--no-fund",
	"--prefer-offline",
	"--fetch-retries=0",
	"--fetch-timeout=20000",
)
LONGEST_INSTALL = 120  # seconds


class NotChecked(Exception):
	"""Why nothing can be said about the client scripts."""


def main(arguments: list[str] | None = None) -> int:
	parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
	parser.add_argument("--fix", action="store_true", help="put the scripts in order where that can be done")
	parser.add_argument("--required", action="store_true", help="an error where they can't be checked")
	options = parser.parse_args(arguments)
	try:
		set_up()
	except NotChecked as why:
		print(f"JavaScript: not checked, {why}.")
		return 1 if options.required else 0
	return run(options.fix)


def set_up() -> None:
	"""See to it that ESLint and Prettier are there in the versions of the lock file."""
	check_node()
	if INSTALLED.exists() and INSTALLED.read_bytes() == LOCK.read_bytes():
		return
	install()
	shutil.copyfile(LOCK, INSTALLED)


def check_node() -> None:
	if not (shutil.which("node") and shutil.which("npm")):
		raise NotChecked("Node with npm is not installed")
	answer = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
	if get_version(answer) < OLDEST_NODE:
		wanted = ".".join(map(str, OLDEST_NODE))
		raise NotChecked(f"Node is {answer.strip() or 'out of order'} and has to be {wanted} or newer")


def get_version(text: str) -> tuple[int, ...]:
	"""`v20.20.2` is (20, 20, 2)."""
	return tuple(map(int, re.findall(r"\d+", text)))


def install() -> None:
	try:
		done = subprocess.run(INSTALL, cwd=HOME, capture_output=True, text=True, timeout=LONGEST_INSTALL)
	except subprocess.TimeoutExpired:
		raise NotChecked(f"npm did not get them within {LONGEST_INSTALL} seconds") from None
	if done.returncode:
		raise NotChecked(f"npm could not get them ({get_cause(done.stderr)})")


def get_cause(errors: str) -> str:
	"""The first thing npm says of its own failure."""
	lines = (line.removeprefix("npm error").strip() for line in errors.splitlines() if "npm error" in line)
	return next(filter(None, lines), "it does not say why")


def run(is_fixing: bool) -> int:
	"""Run both, the second also when the first has found something."""
	programs = HOME / "node_modules" / ".bin"
	config = HOME / "eslint.config.mjs"
	eslint = [programs / "eslint", "--config", config, *(["--fix"] if is_fixing else []), SCRIPTS]
	way = "--write" if is_fixing else "--check"
	prettier = [programs / "prettier", "--log-level=warn", way, SCRIPTS, "!**/dist/**", CONFIGURATION]
	codes = [subprocess.run(command, cwd=ROOT).returncode for command in (eslint, prettier)]
	if any(codes):
		return 1
	print("JavaScript: nothing found.")
	return 0


if __name__ == "__main__":
	sys.exit(main())
