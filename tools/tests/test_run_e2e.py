import json
import os
from contextlib import nullcontext

import pytest

from tools import bench_site, browser, run_e2e
from tools.bench import Bench, BenchError
from tools.pytest_run import Counts


@pytest.fixture
def app(bench):
	"""A checkout, linked into the bench."""
	checkout = bench.path / "checkout"
	for folder in (checkout / "crm_pipeline/public/js", bench.sites / "assets"):
		folder.mkdir(parents=True)
	app = bench.path / "apps/crm_pipeline"
	app.symlink_to(checkout)
	return app


@pytest.fixture
def bundle(bench, app):
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


@pytest.fixture
def builds(monkeypatch, bench, app):
	"""What is built; the checkout is the one that the bench is linked to."""
	monkeypatch.setattr(browser, "CHECKOUT", bench.path / "checkout")
	builds = []
	monkeypatch.setattr(Bench, "run", lambda self, *arguments: builds.append(arguments[0]))
	return builds


def test_nothing_is_built_and_linked_twice(bench, bundle, builds):
	browser.build_assets(bench)
	assert builds == []


def test_a_bench_without_the_app_gets_a_link_where_the_build_looks(bench, app, bundle, builds):
	app.unlink()
	browser.build_assets(bench)
	assert app.resolve() == bench.path / "checkout"
	assert builds == ["build"]


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_to_another_checkout_leads_here_from_now_on_and_is_built(
	capsys, bench, app, bundle, builds, is_there
):
	app.unlink()
	app.symlink_to(bench.path / "other")
	if is_there:
		(bench.path / "other").mkdir()
	browser.build_assets(bench)
	assert app.resolve() == bench.path / "checkout"
	assert builds == ["build"]
	assert "from now on to this checkout" in capsys.readouterr().out


def test_a_real_folder_of_the_app_is_left_and_noted(capsys, bench, app, bundle, builds):
	app.unlink()
	app.mkdir()
	browser.build_assets(bench)
	assert app.is_dir()
	assert not app.is_symlink()
	assert builds == []
	assert capsys.readouterr().out.startswith("Note:")


def test_without_bench_or_browser_one_line_says_so(monkeypatch, capsys, bench):
	monkeypatch.setenv("FRAPPE_BENCH", "none")
	assert run_e2e.main([]) == 1
	assert capsys.readouterr().out == "FRAPPE_BENCH=none: no bench is used, nothing to look at.\n"

	monkeypatch.setenv("FRAPPE_BENCH", str(bench.path))
	monkeypatch.setenv("CRM_PIPELINE_CHROMIUM", "/nowhere/chromium")
	assert run_e2e.main([]) == 1
	assert capsys.readouterr().out.startswith("No Chromium found")


@pytest.fixture
def benches(monkeypatch, make_bench):
	"""Pretends to look at two benches: the second one fails."""
	benches = [make_bench("old"), make_bench("new")]

	def run_pytest(python, environment, *arguments):
		results = environment["CRM_PIPELINE_E2E_RESULTS"]
		print(environment["CRM_PIPELINE_E2E_URL"], results, *arguments, flush=True)
		return Counts(True, passed=9) if results.endswith("old") else Counts(False, passed=8, failed=1)

	monkeypatch.setenv("FRAPPE_BENCH", ":".join(str(bench.path) for bench in benches))
	monkeypatch.setattr(run_e2e, "run_pytest", run_pytest)
	monkeypatch.setattr(run_e2e.bench_site, "ready_site", lambda bench, site: nullcontext())
	monkeypatch.setattr(browser, "find_chromium", lambda: "chromium")
	monkeypatch.setattr(browser, "build_assets", lambda bench: None)
	monkeypatch.setattr(browser, "served", lambda bench, site: nullcontext(f"http://{bench.name}"))
	monkeypatch.setattr(Bench, "run", lambda self, *arguments: None)
	return benches


def test_each_bench_is_looked_at_in_turn_with_results_of_its_own(benches, capfd):
	assert run_e2e.main([]) == 1
	printed = capfd.readouterr().out
	looked = [line.split()[:2] for line in printed.splitlines() if line.startswith("http")]
	results = str(browser.CHECKOUT / "e2e/results")
	assert looked == [["http://old", f"{results}/old"], ["http://new", f"{results}/new"]]
	assert [line.split()[-4:] for line in printed.splitlines()[-3:-1]] == [list("9000"), list("8100")]
	assert printed.endswith("new: e2e/results/new/ has what each page showed.\n")


@pytest.mark.parametrize(
	("wanted", "pictures"),
	[("", []), ("1", ["http://old"]), ("old", ["http://old"]), ("new", ["http://new"])],
)
def test_pictures_are_taken_from_one_bench(monkeypatch, benches, capfd, wanted, pictures):
	monkeypatch.setenv("SCREENSHOTS", wanted)
	run_e2e.main([])
	lines = [line.split() for line in capfd.readouterr().out.splitlines() if line.startswith("http")]
	assert [line[0] for line in lines if run_e2e.PICTURES in line] == pictures
	assert all(run_e2e.TESTS in line for line in lines)


def test_pictures_of_a_bench_that_is_none_are_an_error(monkeypatch, benches, capsys):
	monkeypatch.setenv("SCREENSHOTS", "older")
	assert run_e2e.main([]) == 1
	assert capsys.readouterr().out == "SCREENSHOTS=older: 1, or the name of a bench: old, new.\n"


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
