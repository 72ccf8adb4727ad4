"""Requests against the web server as it runs in production: gunicorn with two workers, four clients at once."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import frappe
import requests
from frappe.utils.password import set_encrypted_password

from benchmarks import people
from benchmarks.site import OURS, THEIRS, fresh
from benchmarks.table import PER_SECOND, Row

FAMILY = "http"
WORKERS, CLIENTS = 2, 4
SECONDS = 3
ROUNDS = 2
USER = people.OWNERS[9]
SECRET = "benchmark-secret"
RECORDS = {OURS: people.get_reference_record, THEIRS: people.get_their_record}


def run() -> Iterator[Row]:
	fresh("Administrator")
	headers = get_headers()
	posts = {name: json.dumps(get_record(3)) for name, get_record in RECORDS.items()}
	with served() as url:
		sides = {
			name: lambda name=name: requests.post(
				f"{url}/api/resource/{name}", data=posts[name], headers=headers, timeout=60
			)
			for name in RECORDS
		}
		ours, theirs = measure(sides)
		yield Row(FAMILY, "POST with 3 items", PER_SECOND, ours, theirs, least_ratio=1.5)
		fields = json.dumps(["name", "status", "owner", "modified"])
		sides = {
			name: lambda name=name: requests.get(
				f"{url}/api/resource/{name}",
				params={"fields": fields, "limit_page_length": 20},
				headers=headers,
				timeout=60,
			)
			for name in RECORDS
		}
		ours, theirs = measure(sides)
		yield Row(FAMILY, "GET of a list page", PER_SECOND, ours, theirs, least_ratio=1.0)


def get_headers() -> dict[str, str]:
	"""Give the user a key and return what a client with it sends."""
	frappe.db.set_value("User", USER, "api_key", "benchmark-key")
	set_encrypted_password("User", USER, SECRET, "api_secret")
	frappe.db.commit()
	frappe.clear_cache(user=USER)
	return {
		"Authorization": f"token benchmark-key:{SECRET}",
		"X-Frappe-Site-Name": frappe.local.site,
		"Host": frappe.local.site,
		"Content-Type": "application/json",
	}


@contextmanager
def served() -> Iterator[str]:
	"""Run gunicorn and yield its address."""
	port = get_free_port()
	command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS)]
	command += ["--preload", "--log-level", "error", "frappe.app:application"]
	server = subprocess.Popen(command, env={**os.environ, "SITES_PATH": "."}, stdin=subprocess.DEVNULL)
	try:
		wait_for(port)
		yield f"http://127.0.0.1:{port}"
	finally:
		server.terminate()
		server.wait()


def get_free_port() -> int:
	with socket.socket() as probe:
		probe.bind(("127.0.0.1", 0))
		return probe.getsockname()[1]


def wait_for(port: int) -> None:
	for _attempt in range(300):
		with socket.socket() as probe:
			if probe.connect_ex(("127.0.0.1", port)) == 0:
				return
		time.sleep(0.1)
	raise AssertionError("gunicorn does not answer.")


def measure(sides: dict[str, Callable]) -> list[float]:
	"""Return the best rate of each side; they take turns."""
	rates = {name: [] for name in sides}
	for turn in range(1 + ROUNDS):
		for name, send in sides.items():
			rate = get_rate(send, SECONDS if turn else 1)
			if turn:
				rates[name].append(rate)
	return [max(rates[name]) for name in sides]


def get_rate(send: Callable, seconds: float) -> float:
	ends_at = time.perf_counter() + seconds

	def keep_sending(_client: int) -> int:
		count = 0
		while time.perf_counter() < ends_at:
			send().raise_for_status()
			count += 1
		return count

	start = time.perf_counter()
	with ThreadPoolExecutor(CLIENTS) as pool:
		count = sum(pool.map(keep_sending, range(CLIENTS)))
	return count / (time.perf_counter() - start)
