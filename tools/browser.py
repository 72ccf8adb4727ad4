"""What the browser tests stand on: a Chromium, built assets, a web server of their own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from tools.bench import CHECKOUT, Bench, BenchError

APP = "crm_pipeline"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS_TO_WAIT = 60


def find_chromium() -> str:
	"""The path of CRM_PIPELINE_CHROMIUM or of the system's Chromium; raises BenchError when there is none."""
	named = os.environ.get("CRM_PIPELINE_CHROMIUM")
	path = next(filter(None, map(shutil.which, [named] if named else CHROMIUM_NAMES)), None)
	if not path:
		raise BenchError("No Chromium found (CRM_PIPELINE_CHROMIUM or on the PATH): nothing to look with.")
	return path


def build_assets(bench: Bench) -> None:
	"""Builds the bundles of the app unless the bench has them from this checkout and newer than their sources."""
	app = bench.path / "apps" / APP
	is_linked_anew = link_app(app)
	if is_linked_anew or are_assets_stale(bench, app / APP / "public"):
		print(f"bench build --app {APP} …", flush=True)
		bench.run("build", "--app", APP)


def link_app(app: Path) -> bool:
	"""Leads the app's folder in the bench to this checkout, where the build looks; returns whether it did not before.

	A link to another checkout is led here; a real folder is somebody's and stays.
	"""
	if app.resolve() == CHECKOUT:
		return False
	if app.exists() and not app.is_symlink():
		print(f"Note: the browser gets the client scripts of {app}, not of this checkout.", flush=True)
		return False
	if app.is_symlink():
		print(f"{app} led to {app.resolve()}, from now on to this checkout.", flush=True)
		app.unlink()
	app.symlink_to(CHECKOUT)
	return True


def are_assets_stale(bench: Bench, public: Path) -> bool:
	sources = [file for file in public.rglob("*.*") if "dist" not in file.relative_to(public).parts]
	bundles = [file for file in sources if ".bundle." in file.name]
	if not bundles:
		return False
	manifest = bench.sites / "assets/assets.json"
	built = json.loads(manifest.read_text()) if manifest.exists() else {}
	files = [bench.sites / built.get(get_built_name(bundle), "missing").lstrip("/") for bundle in bundles]
	if not all(file.exists() for file in files):
		return True
	return max(map(get_changed_at, sources)) > min(map(get_changed_at, files))


def get_built_name(bundle: Path) -> str:
	return bundle.name.replace(".scss", ".css")


def get_changed_at(file: Path) -> float:
	return file.stat().st_mtime


def get_free_port() -> int:
	with socket.socket() as listener:
		listener.bind(("127.0.0.1", 0))
		return listener.getsockname()[1]


@contextmanager
def served(bench: Bench, site: str) -> Iterator[str]:
	"""The address of the site while it is served; the server ends with the block, whatever happens in it."""
	port = get_free_port()
	url = f"http://127.0.0.1:{port}"
	log = bench.path / "logs" / f"{site}.web.log"
	with open(log, "wb") as output:
		server = subprocess.Popen(
			bench.command("--site", site, "serve", "--port", str(port), "--noreload"),
			cwd=bench.sites,
			env=bench.environment(),
			stdin=subprocess.DEVNULL,
			stdout=output,
			stderr=subprocess.STDOUT,
		)
	try:
		wait_until_served(server, url, log)
		yield url
	finally:
		end(server)


def wait_until_served(server: subprocess.Popen, url: str, log: Path) -> None:
	deadline = time.monotonic() + SECONDS_TO_WAIT
	while not answers(url):
		if server.poll() is not None or time.monotonic() > deadline:
			raise BenchError(f"The web server did not come up; its last words stand in {log}.")
		time.sleep(0.25)


def answers(url: str) -> bool:
	try:
		with urlopen(f"{url}/api/method/ping", timeout=10) as response:
			return response.status == 200
	except OSError:
		return False


def end(server: subprocess.Popen) -> None:
	server.terminate()
	try:
		server.wait(timeout=10)
	except subprocess.TimeoutExpired:
		server.kill()
		server.wait()
