"""What a host runs on. Nothing is started for it: what can't be read now is left out."""

from __future__ import annotations

import platform
import re
import subprocess

from tools.bench import Bench
from tools.hosts import Host, Sandbox
from tools.services import get_database_version

VERSIONS = ("Frappe", "ERPNext", "Python", "MariaDB")


def get_versions(host: Host) -> dict[str, str]:
	if isinstance(host, Sandbox):
		return {"Python": platform.python_version()}
	found = {
		"Frappe": get_app_version(host, "frappe"),
		"ERPNext": get_app_version(host, "erpnext"),
		"Python": get_python_version(host.python),
		"MariaDB": get_database_version(host),
	}
	return {name: version for name, version in found.items() if version}


def get_app_version(bench: Bench, app: str) -> str:
	file = bench.path / "apps" / app / app / "__init__.py"
	found = re.search(
		r"""^__version__ = ["'](.+)["']""", file.read_text() if file.exists() else "", re.MULTILINE
	)
	return found.group(1) if found else ""


def get_python_version(python: str) -> str:
	command = [python, "-c", "import platform; print(platform.python_version())"]
	try:
		done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
	except OSError:
		return ""
	return done.stdout.strip()
