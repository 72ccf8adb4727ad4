"""The site the tests run on: a name of its own, made once, migrated before each run."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tools.bench import CHECKOUT, Bench, BenchError, locked, run_quietly
from tools.services import start_services

APP = "crm_pipeline"
DEFAULT_SITE = "test_crm_pipeline"
# the last two are the mail servers of the tests with real e-mail
TEST_PACKAGES = ("pytest", "hypothesis", "freezegun", "aiosmtpd", "pymap")


def get_site_name(variable: str = "CRM_PIPELINE_SITE", default: str = DEFAULT_SITE) -> str:
	"""The variable's value or the default. Only names starting with test_: tests write to the site."""
	name = os.environ.get(variable) or default
	if not re.fullmatch(r"test_[a-z0-9_.-]+", name):
		raise BenchError(f"{variable}={name} is refused: the name of a test site starts with test_.")
	return name


@contextmanager
def ready_site(bench: Bench, site: str) -> Iterator[None]:
	"""The site, prepared, for this run alone."""
	with locked_site(bench, site):
		start_services(bench)
		prepare_site(bench, site)
		yield


def locked_site(bench: Bench, site: str) -> AbstractContextManager[None]:
	"""Two runs on one site would destroy each other's data: the second one waits."""
	return locked(bench.sites / f".{site}.lock", f"Another run uses site {site}: waiting for it")


def prepare_site(bench: Bench, site: str) -> None:
	"""Returns when the site stands, with ERPNext set up and this checkout installed and migrated."""
	ensure_packages(bench)
	make_importable(bench)
	require_this_checkout(bench)
	make_site(bench, site)
	bench.run("--site", site, "set-config", "allow_tests", "true")
	install_or_migrate(bench, site)


def ensure_packages(bench: Bench) -> None:
	missing = [package for package in TEST_PACKAGES if not can_import(bench, package)]
	if missing:
		print(f"Installing into the environment of the bench: {', '.join(missing)}", flush=True)
		run_quietly([bench.python, "-m", "pip", "install", "--quiet", *missing])


def make_importable(bench: Bench) -> None:
	"""Bench commands import every app of sites/apps.txt, also for sites that don't have it installed."""
	if not can_import(bench, APP):
		print(f"Installing {APP} (editable) into the environment of the bench", flush=True)
		# pip builds in the checkout, which the benches share
		with locked(
			CHECKOUT / ".install.lock", f"{APP} is being installed into another bench: waiting for it"
		):
			run_quietly([bench.python, "-m", "pip", "install", "--quiet", "--no-deps", "-e", str(CHECKOUT)])
	apps = bench.sites / "apps.txt"
	names = apps.read_text().split()
	if APP not in names:
		apps.write_text("\n".join([*names, APP]) + "\n")


def require_this_checkout(bench: Bench) -> None:
	"""A Python in a container or a chroot may not see this folder, and would test what the bench has installed."""
	find = f"import importlib.util; print(importlib.util.find_spec({APP!r}).origin)"
	done = subprocess.run(
		[bench.python, "-c", find], cwd=CHECKOUT, env=bench.environment(), capture_output=True, text=True
	)
	found = Path(done.stdout.strip() or os.devnull)
	if not found.is_relative_to(CHECKOUT):
		raise BenchError(
			f"{bench.python} does not see {CHECKOUT}: it takes {APP} from {found}. Make the folder visible to it. "
			+ done.stderr.strip()[-400:]
		)


def can_import(bench: Bench, package: str) -> bool:
	"""Whether the bench itself has the package, whatever PYTHONPATH the caller has."""
	environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
	command = [bench.python, "-c", f"import {package}"]
	return not subprocess.run(
		command, cwd=bench.sites, env=environment, capture_output=True, check=False
	).returncode


def make_site(bench: Bench, site: str) -> None:
	"""Makes the site unless it stands. A mark beside it tells of a run that was interrupted while making it."""
	mark = bench.sites / f".{site}.unfinished"
	if (bench.sites / site / "site_config.json").exists() and not mark.exists():
		return
	require_root_login(bench)
	print(f"Making site {site} with ERPNext; this takes some minutes, once …", flush=True)
	mark.touch()
	bench.run("new-site", site, "--force", "--admin-password", "admin", "--install-app", "erpnext")
	set_up_erpnext(bench, site)
	mark.unlink()


def require_root_login(bench: Bench) -> None:
	if "root_password" not in bench.config:
		raise BenchError(
			"To make the test site, the bench needs root_login and root_password of MariaDB in "
			"sites/common_site_config.json. Or make a site with ERPNext yourself and name it in CRM_PIPELINE_SITE."
		)


def set_up_erpnext(bench: Bench, site: str) -> None:
	script = Path(__file__).with_name("set_up_erpnext.py")
	run_quietly([bench.python, str(script), site], cwd=bench.sites, env=bench.environment())


def install_or_migrate(bench: Bench, site: str) -> None:
	"""An install that was interrupted has left its mark and is done again: the site lists the app too early."""
	installed = get_installed_apps(bench, site)
	if "erpnext" not in installed:
		raise BenchError(
			f"Site {site} has no ERPNext. Name another site in CRM_PIPELINE_SITE, or remove this one."
		)
	mark = bench.sites / f".{site}.installing"
	if APP in installed and not mark.exists():
		bench.run("--site", site, "migrate", "--skip-search-index")
		return
	mark.touch()
	bench.run("--site", site, "clear-cache")  # it may remember the apps of the bench from before ours came
	bench.run("--site", site, "install-app", APP, *(["--force"] * (APP in installed)))
	mark.unlink()


def get_installed_apps(bench: Bench, site: str) -> list[str]:
	command = bench.command("--site", site, "execute", "frappe.get_installed_apps")
	output = subprocess.run(
		command,
		cwd=bench.sites,
		env=bench.environment(),
		stdin=subprocess.DEVNULL,
		capture_output=True,
		text=True,
	)
	if output.returncode:
		raise BenchError(f"Site {site} does not answer: {output.stderr.strip()[-400:]}")
	return json.loads(output.stdout)
