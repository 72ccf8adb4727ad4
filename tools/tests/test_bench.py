import pytest

from tools import bench_site
from tools.bench import BENCH_PARTS, Bench, BenchError, find_bench
from tools.run_tests import read_unittest_output
from tools.services import ensure_up


@pytest.fixture
def bench(tmp_path):
	for part in BENCH_PARTS:
		(tmp_path / part).mkdir(parents=True)
	(tmp_path / "sites/common_site_config.json").write_text('{"root_password": "secret"}')
	return Bench(tmp_path)


@pytest.mark.parametrize("value", ["", "none", "None"])
def test_a_bench_can_be_switched_off(monkeypatch, value):
	monkeypatch.setenv("FRAPPE_BENCH", value)
	assert find_bench() is None


def test_a_bench_is_found_by_its_variable_and_in_the_home_folder(monkeypatch, bench):
	monkeypatch.setenv("FRAPPE_BENCH", str(bench.path))
	assert find_bench() == bench
	monkeypatch.delenv("FRAPPE_BENCH")
	monkeypatch.setenv("HOME", str(bench.path))
	assert find_bench() is None
	(bench.path / "frappe-bench").symlink_to(bench.path)
	assert find_bench().sites.is_dir()


def test_a_named_bench_that_is_none_is_an_error_not_a_skip(monkeypatch, tmp_path):
	monkeypatch.setenv("FRAPPE_BENCH", str(tmp_path))
	with pytest.raises(BenchError, match="apps/erpnext"):
		find_bench()


def test_the_sandbox_never_reaches_a_real_site(monkeypatch, bench):
	monkeypatch.setenv("PYTHONPATH", "sandbox")
	assert "sandbox" not in bench.environment()["PYTHONPATH"].split("/")


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


def test_a_service_on_another_host_is_not_started_here():
	started = []
	with pytest.raises(BenchError, match="another host"):
		ensure_up("MariaDB", ("db.example.com", 3306), lambda address: False, lambda: started.append(1))
	assert not started


@pytest.mark.parametrize(
	("output", "result"),
	[
		("Ran 3 tests in 0.1s\n\nOK\n", (3, True)),
		("Ran 3 tests in 0.1s\n\nOK (skipped=1)\nRan 2 tests in 1s\n\nOK\n", (5, True)),
		("Ran 3 tests in 0.1s\n\nFAILED (errors=1)\nRan 1 test in 1s\n\nOK\n", (4, False)),
		("Ran 0 tests in 0.0s\n\nOK\n", (0, False)),
		("ImportError: nothing ran\n", (0, False)),
	],
)
def test_the_output_of_bench_run_tests_is_read(output, result):
	assert read_unittest_output(output) == result


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
