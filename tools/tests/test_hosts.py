from contextlib import contextmanager

from tools import hosts
from tools.bench import CHECKOUT
from tools.hosts import Sandbox, ready_host


def test_the_sandbox_needs_nothing_but_its_path(monkeypatch):
	monkeypatch.setenv("CRM_PIPELINE_HOST", "site")
	with ready_host(Sandbox()) as environment:
		assert environment["CRM_PIPELINE_HOST"] == "sandbox"
		assert environment["PYTHONPATH"].split(":") == [str(CHECKOUT / "sandbox"), str(CHECKOUT)]


def test_a_bench_has_its_site_ready_while_the_work_lasts(monkeypatch, bench):
	ready = []

	@contextmanager
	def ready_site(bench, site):
		ready.append((bench, site))
		yield
		ready.clear()

	monkeypatch.setattr(hosts, "ready_site", ready_site)
	monkeypatch.setenv("CRM_PIPELINE_SITE", "test_x")
	monkeypatch.setenv("FRAPPE_BENCH", "/several:/benches")
	with ready_host(bench) as environment:
		assert ready == [(bench, "test_x")]
		assert environment["CRM_PIPELINE_HOST"] == "site"
		assert environment["CRM_PIPELINE_SITE"] == "test_x"
		assert environment["FRAPPE_BENCH"] == str(bench.path)
		assert environment["PYTHONPATH"] == str(CHECKOUT)
	assert not ready
