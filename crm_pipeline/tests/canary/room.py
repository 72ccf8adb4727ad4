"""The closed room in which functions are called: no network, no process, no file outside, no commit, no waiting."""

import builtins
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import MagicMock, patch

import frappe
import frappe.app
import frappe.realtime
import frappe.utils.logger
import frappe.website.router
import rq
from frappe.utils import pdf

from crm_pipeline.tests.base import toggle_test_mode
from crm_pipeline.tests.canary.watch import Watch

SECONDS_PER_CALL = 8
SILENT = logging.getLogger("canary")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False
TRANSACTION = "last_commit"  # the savepoint to which a call comes back that rolls back
DEFINING = ("alter", "drop", "create", "truncate", "rename", "start", "begin", "lock", "grant", "set global")
FORBIDDEN_EVENTS = (
	"subprocess.Popen",
	"os.system",
	"os.exec",
	"os.fork",
	"os.posix_spawn",
	"os.kill",
	"os.killpg",
)
CHANGING_FILES = (
	"os.remove",
	"os.rename",
	"os.rmdir",
	"os.truncate",
	"os.link",
	"os.symlink",
	"shutil.rmtree",
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Forbidden(Exception):
	"""What a function tried that stays undone in here."""


class TooLong(Exception):
	"""A call took longer than SECONDS_PER_CALL."""


class Room:
	"""Whether it is closed, and where files may be written. An audit hook can't be taken out of Python again."""

	is_closed = False
	has_hook = False
	folder = ""
	ports: frozenset[int] = frozenset()

	@classmethod
	def watch(cls, event: str, arguments: tuple) -> None:
		if not cls.is_closed:
			return
		if event in FORBIDDEN_EVENTS:
			raise Forbidden(event)
		if event == "socket.getaddrinfo" and arguments[0] not in ("127.0.0.1", "localhost"):
			raise socket.gaierror(f"no network: {arguments[0]}")
		if event == "socket.connect" and not cls.is_service(arguments[1]):
			raise ConnectionRefusedError(f"no network: {arguments[1]}")
		changes = event in CHANGING_FILES or (event == "open" and (arguments[2] or 0) & WRITING)
		if changes and not cls.is_inside(arguments[0]):
			raise Forbidden(f"{event} {arguments[0]}")

	@classmethod
	def is_service(cls, address) -> bool:
		return isinstance(address, str) or (
			address[0] in ("127.0.0.1", "localhost") and address[1] in cls.ports
		)

	@classmethod
	def is_inside(cls, path) -> bool:
		if isinstance(path, int):
			return True
		return os.path.abspath(os.fsdecode(path)).startswith((cls.folder, "/dev/null"))


@contextmanager
def closed_room() -> Iterator[None]:
	"""Everything in here happens in the transaction that is under way, and files in a folder that goes afterwards."""
	with tempfile.TemporaryDirectory(prefix="canary") as folder, ExitStack() as stack:
		Room.folder, Room.ports = folder, frozenset(get_ports())
		if not Room.has_hook:
			sys.addaudithook(Room.watch)
			Room.has_hook = True
		stack.enter_context(patch.object(tempfile, "tempdir", folder))
		stack.enter_context(patch.object(frappe.local, "site_path", make_site_folder(folder)))
		for patcher in get_patches():
			stack.enter_context(patcher)
		previous = signal.signal(signal.SIGALRM, end_call)
		stack.callback(signal.signal, signal.SIGALRM, previous)
		frappe.db.sql("set session max_statement_time = 4, innodb_lock_wait_timeout = 2")
		stack.callback(frappe.db.sql, "set session max_statement_time = 0, innodb_lock_wait_timeout = 50")
		yield


@contextmanager
def inside() -> Iterator[None]:
	"""One call: closed, not in test mode, and not for long."""
	Room.is_closed = True
	toggle_test_mode(False)
	signal.setitimer(signal.ITIMER_REAL, SECONDS_PER_CALL)
	try:
		yield
	finally:
		signal.setitimer(signal.ITIMER_REAL, 0)
		toggle_test_mode(True)
		Room.is_closed = False


def end_call(_signal, _frame) -> None:
	raise TooLong(f"more than {SECONDS_PER_CALL} s")


def get_ports() -> Iterator[int]:
	yield int(frappe.conf.db_port or 3306)
	for key in ("redis_cache", "redis_queue", "redis_socketio"):
		if address := frappe.conf.get(key):
			yield int(address.rpartition(":")[2].split("/")[0])


def make_site_folder(folder: str) -> str:
	site = Path(folder) / "site"
	for name in ("private/files", "private/backups", "public/files", "locks", "logs"):
		(site / name).mkdir(parents=True)
	shutil.copy(Path(frappe.local.site_path) / "site_config.json", site)
	return str(site)


def get_patches() -> list:
	return [
		patch.object(frappe.db, "commit", commit),
		patch.object(frappe.db, "rollback", make_rollback()),
		patch.object(frappe.db, "begin"),
		patch.object(frappe.db, "close"),
		patch.object(frappe.db, "sql_ddl", forbid("sql_ddl")),
		patch.object(frappe.db, "check_implicit_commit", refuse_definition),
		patch.object(frappe, "init", forbid("frappe.init")),
		patch.object(frappe, "connect", forbid("frappe.connect")),
		patch.object(frappe, "destroy", forbid("frappe.destroy")),
		patch.object(frappe.cache, "incrby", lambda *_arguments, **_options: 1),  # nobody asks too often
		patch.object(frappe.realtime, "emit_via_redis"),
		patch.object(rq.Queue, "enqueue_call", MagicMock(return_value=MagicMock(id="job"))),
		patch.object(pdf, "get_pdf", lambda html, *_arguments, **_options: html.encode()),
		patch.object(time, "sleep"),
		patch.object(builtins, "input", forbid("input")),
		patch.object(frappe.app, "log_error_snapshot"),
		patch.object(frappe.website.router, "evaluate_dynamic_routes", make_route_finder()),
		patch.object(frappe, "logger", lambda *_arguments, **_options: SILENT),
		patch.object(frappe.utils.logger, "get_logger", lambda *_arguments, **_options: SILENT),
	]


def commit(**_options) -> None:
	"""What was done until now stays when the rest of the call is rolled back."""
	frappe.db.before_commit.run()
	frappe.db.savepoint(TRANSACTION)
	Watch.commit()
	frappe.db.after_commit.run()


def make_rollback():
	real_rollback = frappe.db.rollback

	def rollback(*, save_point: str | None = None, **_options) -> None:
		real_rollback(save_point=save_point or TRANSACTION)
		if not save_point:
			Watch.roll_back()

	return rollback


def make_route_finder():
	"""The framework compiles the same rules for every page."""
	real = frappe.website.router.evaluate_dynamic_routes
	return lambda rules, path: real(rules, path) if "/" in path.strip("/") else None


def forbid(what: str):
	def refuse(*_arguments, **_options):
		raise Forbidden(what)

	return refuse


def refuse_definition(query: str, *_more) -> None:
	"""What defines tables ends the transaction."""
	if query.lstrip().lower().startswith(DEFINING):
		raise Forbidden(query[:40])
