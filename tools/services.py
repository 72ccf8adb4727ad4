"""Start the services of a bench that are down: its two Redis servers and MariaDB, its own or the system's."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from tools.bench import Bench, BenchError

SECONDS_TO_WAIT = 60
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
MARIADB_STARTERS = ("mariadbd-safe", "mysqld_safe")
MARIADB_SOCKET_FOLDER = Path("/run/mysqld")


def start_services(bench: Bench) -> None:
	"""Returns when Redis and MariaDB answer; raises BenchError when one of them can't be started."""
	for name in ("redis_cache", "redis_queue"):
		address = get_redis_address(bench, name)
		ensure_up(name, address, is_redis_up, lambda name=name: start_redis(bench, name))
	ensure_up("MariaDB", get_database_address(bench), is_database_up, lambda: start_mariadb(bench))


def get_redis_address(bench: Bench, name: str) -> tuple[str, int]:
	url = urlsplit(bench.config.get(name, ""))
	if not url.hostname:
		raise BenchError(f"sites/common_site_config.json of the bench names no {name}.")
	return url.hostname, url.port or 6379


def get_database_address(bench: Bench) -> tuple[str, int] | str:
	"""(host, port), or the path of a socket."""
	config = bench.config
	return config.get("db_socket") or (
		config.get("db_host") or "localhost",
		int(config.get("db_port") or 3306),
	)


def ensure_up(name: str, address, is_up: Callable[..., bool], start: Callable[[], None]) -> None:
	if is_up(address):
		return
	if isinstance(address, tuple) and address[0] not in LOCAL_HOSTS:
		raise BenchError(f"{name} does not answer at {address}. It is on another host: start it there.")
	print(f"Starting {name} …", flush=True)
	start()
	deadline = time.monotonic() + SECONDS_TO_WAIT
	while not is_up(address):
		if time.monotonic() > deadline:
			raise BenchError(
				f"{name} does not answer at {address} and could not be started. Start it, then run again."
			)
		time.sleep(0.25)


def is_redis_up(address: tuple[str, int]) -> bool:
	# a server that asks for a password (-NOAUTH) is up as well
	return talk(address, b"PING\r\n").startswith((b"+PONG", b"-NOAUTH"))


def is_database_up(address) -> bool:
	# the fifth byte of the greeting is the protocol version; an error packet (still starting) has 255 there
	return talk(address)[4:5] == b"\x0a"


def get_database_version(bench: Bench) -> str:
	"""What the server says of itself when it is reached ("10.11.14"), empty when it is not."""
	# Debian's servers call themselves 5.5.5-10.11.14-MariaDB-0+deb12u1, later ones 11.8.9-MariaDB-2
	found = re.search(rb"([\d.]+)-MariaDB", talk(get_database_address(bench)))
	return found.group(1).decode() if found else ""


def talk(address, message: bytes = b"") -> bytes:
	"""What a server at (host, port) or a socket path answers; empty when it doesn't."""
	with suppress(OSError), connect(address) as connection:
		connection.settimeout(2)
		connection.sendall(message)
		return connection.recv(64)
	return b""


def connect(address) -> socket.socket:
	if isinstance(address, tuple):
		return socket.create_connection(address, timeout=2)
	connection = socket.socket(socket.AF_UNIX)
	connection.connect(address)
	return connection


def start_redis(bench: Bench, name: str) -> None:
	if not shutil.which("redis-server"):
		raise BenchError(f"{name} does not answer and redis-server is not installed.")
	log = bench.path / "logs" / f"{name}.log"
	command = ["redis-server", f"config/{name}.conf", "--daemonize", "yes", "--logfile", str(log)]
	subprocess.run(command, cwd=bench.path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)


def start_mariadb(bench: Bench) -> None:
	"""Starts the server detached from this process, so that it outlives the tests: the bench's own or the system's."""
	command = bench.processes.get("mariadb") or get_system_starter()
	with open(bench.path / "logs/mariadb.log", "ab") as log:
		subprocess.Popen(
			command,
			shell=True,
			cwd=bench.path,
			stdin=subprocess.DEVNULL,
			stdout=log,
			stderr=subprocess.STDOUT,
			start_new_session=True,
		)


def get_system_starter() -> str:
	starter = next(filter(None, map(shutil.which, MARIADB_STARTERS)), None)
	if not starter:
		raise BenchError("MariaDB does not answer and is not installed here.")
	if os.geteuid() == 0:
		make_socket_folder()
	return starter


def make_socket_folder() -> None:
	"""/run is emptied at boot; without an init system nobody makes the folder of the socket."""
	if not MARIADB_SOCKET_FOLDER.exists():
		MARIADB_SOCKET_FOLDER.mkdir(parents=True)
		shutil.chown(MARIADB_SOCKET_FOLDER, user="mysql")
