import json
import os
import socket
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from tools import services
from tools.bench import BenchError
from tools.versions import get_versions

GREETINGS = {
	b"d\x00\x00\x00\n5.5.5-10.11.19-MariaDB-0+deb12u1\x00": "10.11.19",
	b"`\x00\x00\x00\n11.8.9-MariaDB-2 from Debian\x00": "11.8.9",
}


@contextmanager
def greeting(bench, words: bytes):
	"""A server that is the database of the bench and says these words to whom it meets."""

	def greet():
		connection, _address = server.accept()
		connection.sendall(words)
		connection.close()

	with socket.create_server(("127.0.0.1", 0)) as server:
		configure(bench, db_host="127.0.0.1", db_port=server.getsockname()[1])
		threading.Thread(target=greet, daemon=True).start()
		yield


def configure(bench, **values):
	(bench.sites / "common_site_config.json").write_text(json.dumps(values))


def wait_for(file) -> str:
	deadline = time.monotonic() + 10
	while not file.exists() or not file.read_text().endswith("\n"):
		assert time.monotonic() < deadline, f"{file} was not written"
		time.sleep(0.02)
	return file.read_text().strip()


def test_a_service_on_another_host_is_not_started_here():
	started = []
	with pytest.raises(BenchError, match="another host"):
		services.ensure_up(
			"MariaDB", ("db.example.com", 3306), lambda address: False, lambda: started.append(1)
		)
	assert not started


def test_the_database_of_a_bench_is_started_as_its_procfile_says(bench):
	script = "import os; print(os.getcwd(), os.getsid(0))"
	(bench.path / "Procfile").write_text(
		f"web: bench serve\n\nmariadb: {sys.executable} -c '{script}' > words\n"
	)
	services.start_mariadb(bench)
	folder, session = wait_for(bench.path / "words").split()
	assert folder == str(bench.path)
	assert int(session) != os.getsid(0), "it would end with the terminal of the run"


def test_without_such_a_line_the_database_of_the_system_is_started(monkeypatch, bench, tmp_path):
	starter = tmp_path / "mariadbd-safe"
	starter.write_text(f"#!/bin/sh\necho started > {tmp_path}/words\n")
	starter.chmod(0o755)
	monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
	monkeypatch.setattr(services.os, "geteuid", lambda: 1000)
	(bench.path / "Procfile").write_text("web: bench serve\n")
	services.start_mariadb(bench)
	assert wait_for(tmp_path / "words") == "started"


def test_without_any_database_server_one_line_says_so(monkeypatch, bench):
	monkeypatch.setenv("PATH", "/nowhere")
	with pytest.raises(BenchError, match="not installed"):
		services.start_mariadb(bench)


@pytest.mark.parametrize("words", GREETINGS)
def test_the_database_tells_its_version(bench, words):
	with greeting(bench, words):
		assert services.get_database_version(bench) == GREETINGS[words]


def test_a_bench_is_named_with_its_versions(bench):
	for app, version in (("frappe", "16.10.7"), ("erpnext", "16.9.1")):
		(bench.path / "apps" / app / app).mkdir()
		(bench.path / f"apps/{app}/{app}/__init__.py").write_text(f'import os\n__version__ = "{version}"\n')
	(bench.path / "env/bin/python").rmdir()
	(bench.path / "env/bin/python").write_text("#!/bin/sh\necho 3.14.8\n")
	(bench.path / "env/bin/python").chmod(0o755)
	with greeting(bench, next(iter(GREETINGS))):
		versions = get_versions(bench)
	assert versions == {
		"Frappe": "16.10.7",
		"ERPNext": "16.9.1",
		"Python": "3.14.8",
		"MariaDB": "10.11.19",
	}


def test_what_a_bench_does_not_tell_is_left_out(bench):
	with socket.create_server(("127.0.0.1", 0)) as server:
		port = server.getsockname()[1]
	configure(bench, db_host="127.0.0.1", db_port=port)
	assert get_versions(bench) == {}
