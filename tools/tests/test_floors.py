"""The floors: an import that looks up is found wherever it stands, one that looks down passes."""

import pytest

from tools.bench import CHECKOUT
from tools.floors import check_house, get_files


@pytest.fixture
def make_house(tmp_path):
	"""Writes the files of an app, {path: text}, and returns what is wrong with its house."""

	def make(files):
		app = tmp_path / "crm_pipeline"
		for path, text in {"__init__.py": "", **files}.items():
			(app / path).parent.mkdir(parents=True, exist_ok=True)
			(app / path).write_text(text)
		return list(check_house(app))

	return make


@pytest.mark.parametrize(
	("path", "text"),
	[
		("domain/rules.py", "from crm_pipeline.record import moves"),
		("record/moves.py", "from crm_pipeline.access.permissions import is_manager"),
		("access/permissions.py", "import crm_pipeline.mail.sender"),
		("mail/sender.py", "from crm_pipeline.crm_pipeline.doctype.thing import checks"),
		("mail/sender.py", "from crm_pipeline import hooks"),
		("mail/sender.py", "from .. import hooks"),
		("mail/sender.py", "def f():\n\tfrom crm_pipeline.api import desk"),
		("crm_pipeline/doctype/thing/thing.py", "from crm_pipeline.overrides import todo"),
	],
)
def test_an_import_that_looks_up_is_named_with_its_line(make_house, path, text):
	(finding,) = make_house({path: text})
	assert finding.startswith(f"crm_pipeline/{path}:{text.count(chr(10)) + 1}: ")
	assert "stands above" in finding


def test_imports_that_look_down_or_stay_in_the_room_pass(make_house):
	files = {
		"domain/rules.py": "from crm_pipeline.domain import more\nfrom crm_pipeline import constants",
		"mail/sender.py": "from crm_pipeline.access.permissions import is_manager\nfrom . import own_mail",
		"api/desk.py": "from crm_pipeline.mail import sender\nfrom crm_pipeline import hooks",
	}
	assert make_house(files) == []


def test_a_neighbour_is_met_at_its_face_alone(make_house):
	face = {"routing/__init__.py": '__all__ = ["is_set_up"]'}
	assert make_house({**face, "mail/sender.py": "from crm_pipeline.routing import is_set_up"}) == []
	for text in ("from crm_pipeline.routing import rule", "from crm_pipeline.routing.rule import is_set_up"):
		(finding,) = make_house({**face, "mail/sender.py": text})
		assert "inside a neighbour" in finding


def test_a_room_without_a_floor_is_named(make_house):
	assert "stands on no floor" in make_house({"cellar/wine.py": ""})[0]


def test_modules_that_import_each_other_are_told_as_a_ring(make_house):
	files = {
		"mail/a.py": "from crm_pipeline.mail import b",
		"mail/b.py": "from crm_pipeline.mail.c import d",
		"mail/c.py": "def f():\n\tfrom crm_pipeline.mail import a",
	}
	assert any(
		"crm_pipeline.mail.a → crm_pipeline.mail.b → crm_pipeline.mail.c → crm_pipeline.mail.a" in finding
		for finding in make_house(files)
	)


def test_tests_may_stand_anywhere(make_house):
	assert make_house({"tests/base.py": "from crm_pipeline.api import desk"}) == []


def test_the_house_of_this_checkout_is_looked_at_whole():
	assert len(get_files(CHECKOUT / "crm_pipeline")) > 100
