import json
import os

import pytest

from tools import bench_site, browser, run_e2e
from tools.bench import BENCH_PARTS, Bench, BenchError


@pytest.fixture
def bench(tmp_path):
	for part in (*BENCH_PARTS, "sites/assets", "logs", "checkout/crm_pipeline/public/js"):
		(tmp_path / part).mkdir(parents=True)
	(tmp_path / "apps/crm_pipeline").symlink_to(tmp_path / "checkout")
	return Bench(tmp_path)


@pytest.fixture
def bundle(bench):
	"""A client script, and its build, a minute younger."""
	source = bench.path / "checkout/crm_pipeline/public/js/form.bundle.js"
	built = bench.sites / "assets/form.bundle.ABC.js"
	(bench.sites / "assets/assets.json").write_text(json.dumps({source.name: "/assets/form.bundle.ABC.js"}))
	for age, file in ((120, source), (60, built)):
		file.touch()
		os.utime(file, (file.stat().st_mtime - age,) * 2)
	return source


def is_stale(bench):
	return browser.are_assets_stale(bench, bench.path / "checkout/crm_pipeline/public")


def test_assets_are_built_once(bench, bundle):
	assert not is_stale(bench)


def test_assets_are_built_after_a_change_of_their_source(bench, bundle):
	bundle.touch()
	assert is_stale(bench)


def test_assets_are_built_when_one_is_new_or_gone(bench, bundle):
	bundle.with_name("other.bundle.js").touch()
	os.utime(bundle.with_name("other.bundle.js"), (1, 1))
	assert is_stale(bench)
	bundle.with_name("other.bundle.js").unlink()
	assert not is_stale(bench)
	(bench.sites / "assets/form.bundle.ABC.js").unlink()
	assert is_stale(bench)


def test_the_app_is_linked_into_the_bench_where_the_build_looks(monkeypatch, bench):
	(bench.path / "apps/crm_pipeline").unlink()
	monkeypatch.setattr(browser, "CHECKOUT", bench.path / "checkout")
	assert browser.link_app(bench).resolve() == bench.path / "checkout"


def test_without_bench_or_browser_one_line_says_so(monkeypatch, capsys, bench):
	monkeypatch.setenv("FRAPPE_BENCH", "none")
	assert run_e2e.main([]) == 1
	assert capsys.readouterr().out.startswith("No bench found")

	monkeypatch.setenv("FRAPPE_BENCH", str(bench.path))
	monkeypatch.setenv("CRM_PIPELINE_CHROMIUM", "/nowhere/chromium")
	assert run_e2e.main([]) == 1
	assert capsys.readouterr().out.startswith("No Chromium found")


def test_browser_tests_have_a_site_of_their_own(monkeypatch):
	monkeypatch.delenv("CRM_PIPELINE_E2E_SITE", raising=False)
	site = bench_site.get_site_name("CRM_PIPELINE_E2E_SITE", run_e2e.DEFAULT_SITE)
	assert site != bench_site.DEFAULT_SITE
	monkeypatch.setenv("CRM_PIPELINE_E2E_SITE", "production.example.com")
	with pytest.raises(BenchError, match="CRM_PIPELINE_E2E_SITE"):
		bench_site.get_site_name("CRM_PIPELINE_E2E_SITE", run_e2e.DEFAULT_SITE)


def test_a_web_server_that_does_not_come_up_is_told_and_ended(monkeypatch, bench):
	monkeypatch.setattr(Bench, "command", lambda self, *arguments: ["false"])
	with pytest.raises(BenchError, match="did not come up"), browser.served(bench, "test_x"):
		pytest.fail("nothing is served here")
