"""One site's life: the copy of the test site that it is lived on, and what is known to be wrong there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

import frappe

from crm_pipeline.tests.base import toggle_test_mode
from proofs.site_life import database

SITE_SUFFIX = "_life"
NOBODY = "nobody."  # how the name begins that is written past the app


class NotNow(Exception):
	"""An action finds nothing that it could be done with."""


@dataclass
class Life:
	"""`known` are the findings (kind, record) of check-audit that an action is to blame for. Kept in the site's folder."""

	origin: str
	seed: int
	done: int = 0
	known: list[list[str]] = field(default_factory=list)
	known_at_backup: list[list[str]] = field(default_factory=list)
	random: Random = field(default_factory=Random, repr=False)

	@property
	def site(self) -> str:
		return self.origin + SITE_SUFFIX

	@property
	def folder(self) -> Path:
		return Path(frappe.local.sites_path).resolve() / self.site

	@property
	def backup(self) -> Path:
		return self.folder / "private" / "life.sql"

	@property
	def config(self) -> dict:
		return json.loads((self.folder / "site_config.json").read_text())

	def begin(self) -> None:
		"""Copy the site that the process is connected to, and connect to the copy."""
		origin = self.folder.with_name(self.origin)
		shutil.rmtree(self.folder, ignore_errors=True)
		shutil.copytree(origin, self.folder, ignore=shutil.ignore_patterns("backups", "logs"))
		(self.folder / "logs").mkdir(exist_ok=True)
		self.change_config(db_name=f"{self.config['db_name']}_life", db_user=None)
		database.dump(self.backup)
		self.open()
		database.load(self.backup)
		self.backup.unlink()
		self.connect()
		frappe.clear_cache()

	def open(self) -> None:
		open_site(self.site)

	def connect(self) -> None:
		connect(self.site)

	def end(self) -> None:
		"""Remove the copy and go back to where it came from."""
		self.open()
		database.remove()
		connect(self.origin)
		shutil.rmtree(self.folder, ignore_errors=True)

	def change_config(self, **values) -> None:
		config = {name: value for name, value in {**self.config, **values}.items() if value is not None}
		(self.folder / "site_config.json").write_text(json.dumps(config, indent=1))

	def restore(self) -> None:
		self.open()
		database.load(self.backup)
		self.connect()
		frappe.clear_cache()

	def run_bench(self, *arguments: str) -> None:
		"""Run a command of the bench on the site, as an administrator does."""
		frappe.db.commit()
		command = [
			sys.executable,
			"-m",
			"frappe.utils.bench_helper",
			"frappe",
			"--site",
			self.site,
			*arguments,
		]
		done = subprocess.run(
			command, cwd=frappe.local.sites_path, env=os.environ, capture_output=True, text=True, check=False
		)
		self.connect()
		if done.returncode:
			raise AssertionError(f"{arguments}: {(done.stdout + done.stderr)[-1500:]}")

	def write(self) -> None:
		values = asdict(self)
		del values["random"]
		(self.folder / "life.json").write_text(json.dumps(values))

	def pick(self, doctype: str, **filters) -> str:
		return self.pick_many(doctype, 1, **filters)[0]

	def pick_many(self, doctype: str, count: int, **filters) -> list[str]:
		names = self.pick_from(frappe.get_all(doctype, filters=filters, pluck="name"), count)
		if len(names) < count:
			raise NotNow(f"no {doctype} like {filters}")
		return names

	def get_number(self) -> int:
		"""Return a number for the name of something new."""
		return self.random.randrange(10**9)

	def pick_from(self, names: Iterable[str], most: int) -> list[str]:
		ordered = sorted(names)
		return self.random.sample(ordered, min(most, len(ordered)))


def take_up(seed: int, number: int) -> Life:
	"""Return the life that has come so far; a new one at its first step, and after a run that was killed at another place."""
	origin = frappe.local.site.removesuffix(SITE_SUFFIX)
	file = Path(frappe.local.sites_path).resolve() / (origin + SITE_SUFFIX) / "life.json"
	life = Life(origin, seed)
	if number and file.exists():
		kept = Life(**json.loads(file.read_text()))
		if (kept.seed, kept.done) == (seed, number):
			life = kept
	if frappe.local.site != life.site or life.done != number:
		life.connect() if life.done else life.begin()
	life.done = number
	return life


def open_site(site: str) -> None:
	"""Read the configuration of a site."""
	sites_path = frappe.local.sites_path
	frappe.destroy()
	frappe.init(site=site, sites_path=sites_path, force=True)


def connect(site: str) -> None:
	open_site(site)
	frappe.connect()
	toggle_test_mode(True)
	frappe.flags.mute_emails = True
