"""Benches that are nothing but folders."""

import pytest

from tools.bench import BENCH_PARTS, Bench


@pytest.fixture
def make_bench(tmp_path):
	def make(folder: str = "frappe-bench") -> Bench:
		path = tmp_path / folder
		for part in (*BENCH_PARTS, "logs"):
			(path / part).mkdir(parents=True)
		(path / "sites/common_site_config.json").write_text(
			'{"root_password": "secret", "db_host": "127.0.0.1", "db_port": 1}'
		)
		return Bench(path, path.name)

	return make


@pytest.fixture
def bench(make_bench):
	return make_bench()
