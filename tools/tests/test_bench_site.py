from contextlib import contextmanager

import pytest

from tools import bench_site
from tools.bench import CHECKOUT, Bench, BenchError


def test_only_a_site_named_test_is_touched(monkeypatch):
	monkeypatch.setenv("CRM_PIPELINE_SITE", "production.example.com")
	with pytest.raises(BenchError, match="test_"):
		bench_site.get_site_name()
	monkeypatch.setenv("CRM_PIPELINE_SITE", "")
	assert bench_site.get_site_name() == bench_site.DEFAULT_SITE


def test_a_finished_site_is_kept_and_a_half_made_one_is_made_again(monkeypatch, bench):
	made = []
	monkeypatch.setattr(Bench, "run", lambda self, *arguments: made.append(arguments[0]))
	monkeypatch.setattr(bench_site, "set_up_erpnext", lambda bench, site: None)
	(bench.sites / "test_x").mkdir()
	(bench.sites / "test_x/site_config.json").touch()
	bench_site.make_site(bench, "test_x")
	assert made == []

	mark = bench.sites / ".test_x.unfinished"
	mark.touch()
	bench_site.make_site(bench, "test_x")
	assert made == ["new-site"]
	assert not mark.exists()


def test_an_interrupted_making_leaves_its_mark(monkeypatch, bench):
	def interrupt(*arguments):
		raise KeyboardInterrupt

	monkeypatch.setattr(Bench, "run", interrupt)
	with pytest.raises(KeyboardInterrupt):
		bench_site.make_site(bench, "test_x")
	assert (bench.sites / ".test_x.unfinished").exists()


def test_the_app_is_named_to_the_bench_once(monkeypatch, bench):
	monkeypatch.setattr(bench_site, "can_import", lambda bench, package: True)
	apps = bench.sites / "apps.txt"
	apps.write_text("frappe\nerpnext")
	for _ in range(2):
		bench_site.make_importable(bench)
	assert apps.read_text() == "frappe\nerpnext\ncrm_pipeline\n"


def test_a_python_that_does_not_see_this_checkout_tests_no_other_one(monkeypatch, bench, tmp_path):
	python = tmp_path / "python"
	monkeypatch.setattr(Bench, "python", str(python))

	def set_python(line):
		python.write_text(f"#!/bin/sh\n{line}\n")
		python.chmod(0o755)

	set_python(f"echo {CHECKOUT}/crm_pipeline/__init__.py")
	bench_site.require_this_checkout(bench)
	for line in ("exit 1", f"echo {tmp_path}/crm_pipeline/__init__.py"):
		set_python(line)
		with pytest.raises(BenchError, match="does not see"):
			bench_site.require_this_checkout(bench)


@pytest.mark.parametrize(
	("installed", "interrupted", "commands"),
	[
		(["erpnext"], False, ["clear-cache", "install-app crm_pipeline"]),
		(["erpnext", "crm_pipeline"], True, ["clear-cache", "install-app crm_pipeline --force"]),
		(["erpnext", "crm_pipeline"], False, ["migrate --skip-search-index"]),
	],
)
def test_the_app_is_installed_or_migrated(monkeypatch, bench, installed, interrupted, commands):
	run = []
	monkeypatch.setattr(Bench, "run", lambda self, *arguments: run.append(" ".join(arguments[2:])))
	monkeypatch.setattr(bench_site, "get_installed_apps", lambda bench, site: installed)
	if interrupted:
		(bench.sites / ".test_x.installing").touch()
	bench_site.install_or_migrate(bench, "test_x")
	assert run == commands
	assert not (bench.sites / ".test_x.installing").exists()


def test_the_site_is_locked_before_anything_is_done_to_it(monkeypatch, bench):
	done = []

	@contextmanager
	def lock(bench, site):
		done.append("locked")
		yield
		done.append("free")

	monkeypatch.setattr(bench_site, "locked_site", lock)
	monkeypatch.setattr(bench_site, "start_services", lambda bench: done.append("services"))
	monkeypatch.setattr(bench_site, "prepare_site", lambda bench, site: done.append("site"))
	with bench_site.ready_site(bench, "test_x"):
		done.append("work")
	assert done == ["locked", "services", "site", "work", "free"]
