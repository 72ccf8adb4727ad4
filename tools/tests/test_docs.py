"""Every link and picture of the documentation leads somewhere, and every page is led to."""

import re

import pytest

from tools.bench import CHECKOUT

IMAGES = CHECKOUT / "docs/images"
LARGEST_IMAGE = 150_000
MOST_IMAGES = 20
PAGES = sorted(
	page
	for page in CHECKOUT.rglob("*.md")
	if not any(part.startswith(".") or part == "node_modules" for part in page.relative_to(CHECKOUT).parts)
)
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def get_targets(page, of_pictures):
	"""(text, target) of each link, or of each picture, that doesn't lead to another host."""
	text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)
	return [
		(text, target)
		for mark, text, target in LINK.findall(text)
		if bool(mark) == of_pictures and not re.match(r"[a-z]+:", target)
	]


def get_anchors(page):
	"""The anchors that headings get on the usual hosts."""
	return {
		re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
		for heading in HEADING.findall(page.read_text())
	}


def get_name(page):
	return str(page.relative_to(CHECKOUT))


@pytest.mark.parametrize("page", PAGES, ids=get_name)
def test_every_link_leads_somewhere(page):
	for _text, target in get_targets(page, of_pictures=False):
		path, _hash, anchor = target.partition("#")
		file = (page.parent / path).resolve() if path else page
		assert file.exists(), f"{get_name(page)} links to {target}"
		if anchor:
			assert anchor in get_anchors(file), f"{get_name(page)} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=get_name)
def test_every_picture_is_there_and_says_in_words_what_it_shows(page):
	for text, target in get_targets(page, of_pictures=True):
		assert (page.parent / target).exists(), f"{get_name(page)} shows {target}"
		assert len(text) > 5, f"{get_name(page)}: {target} has no text for those who can't see it"


def test_every_page_of_the_documentation_is_led_to_from_the_readme():
	linked = {
		(CHECKOUT / target.partition("#")[0]).resolve()
		for _text, target in get_targets(CHECKOUT / "README.md", of_pictures=False)
	}
	pages = {page for page in PAGES if page.parent.name == "docs"}
	assert not {get_name(page) for page in pages - linked}


def test_what_a_test_cites_is_a_page_of_the_documentation():
	pages = {get_name(page) for page in PAGES}
	for file in (CHECKOUT / "crm_pipeline/tests").rglob("test_*.py"):
		text = file.read_text()
		assert set(re.findall(r"docs/[\w-]+\.md", text)) <= pages, file.name
		assert not re.search(r"^(#|\"\"\").*\b[Ss]ections? \d", text, re.MULTILINE), file.name


def test_pictures_are_small_and_all_of_them_are_shown():
	images = set(IMAGES.glob("*"))
	shown = {
		(page.parent / target).resolve()
		for page in PAGES
		for _text, target in get_targets(page, of_pictures=True)
	}
	assert not {image.name for image in images - shown}
	assert not {image.name for image in images if image.stat().st_size > LARGEST_IMAGE}
	assert len(images) <= MOST_IMAGES
