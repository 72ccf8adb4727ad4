"""A browser on a real site; `make e2e` says where (tools/run_e2e.py). Every test also fails on an error of the page."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from e2e import data
from e2e.pages.desk import Desk
from e2e.server import Server, get_message, log_in

URL = os.environ.get("CRM_PIPELINE_E2E_URL", "")
RESULTS = Path(os.environ.get("CRM_PIPELINE_E2E_RESULTS", ""))
PATIENCE = 30_000  # milliseconds; a loaded machine is slow, not wrong
WIDE = {"width": 1400, "height": 1000}
CHROMIUM_FLAGS = (
	"--no-sandbox",
	"--disable-gpu",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--no-first-run",
)

# console and page errors that say nothing about the app
NOT_OURS = (
	"Error: <",  # frappe-charts draws into a workspace that was left or drawn again: nothing there has a width
	"Failed to load resource",  # a refusal, and socket.io, which is not started
	"Error connecting to socket.io",
	"Traceback",  # a refusal again; what the server did not mean to refuse is a 500
)

MakeDesk = Callable[..., Desk]


def pytest_configure(config) -> None:
	if not URL:
		pytest.exit("The browser tests need a site that is served: run `make e2e`.", returncode=2)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
	expect.set_options(timeout=PATIENCE)
	with sync_playwright() as playwright:
		yield playwright


@pytest.fixture(scope="session")
def browser(playwright) -> Iterator[Browser]:
	browser = playwright.chromium.launch(
		executable_path=os.environ["CRM_PIPELINE_CHROMIUM"], args=CHROMIUM_FLAGS
	)
	yield browser
	browser.close()


@pytest.fixture(scope="session")
def server(playwright) -> Iterator[Server]:
	"""The server as Administrator; the sample people can log in from here on."""
	server = Server(playwright, URL, "Administrator", "admin")
	data.set_passwords(server)
	yield server
	server.close()


@pytest.fixture
def as_person(server) -> Iterator[Callable[[str], Server]]:
	"""REST sessions of others: `as_person(email)`."""
	sessions: list[Server] = []

	def open_session(user: str) -> Server:
		sessions.append(server.as_user(user, data.PASSWORD))
		return sessions[-1]

	yield open_session
	for session in sessions:
		session.close()


@pytest.fixture
def new_page(request, browser) -> Iterator[Callable[..., Page]]:
	"""Empty tabs, each with cookies of its own."""
	contexts: list[BrowserContext] = []
	errors: list[str] = []

	def note(message: str) -> None:
		if not message.startswith(NOT_OURS):
			errors.append(message)

	def make_page(**viewport: int) -> Page:
		context = browser.new_context(base_url=URL, viewport={**WIDE, **viewport}, locale="en-IN")
		context.set_default_timeout(PATIENCE)
		contexts.append(context)
		page = context.new_page()
		page.on("pageerror", lambda error: note(f"{error.message}\n{error.stack}"))
		page.on("response", lambda answer: answer.status >= 500 and note(f"{answer.status} {answer.url}"))
		page.on("console", lambda message: message.type == "error" and note(message.text))
		return page

	yield make_page
	if has_failed(request.node):
		keep_pictures(request.node.name, contexts)
	for context in contexts:
		context.close()
	assert not errors, "Errors on the page:\n" + "\n".join(errors)


@pytest.fixture
def open_desk(new_page, server) -> MakeDesk:
	"""The desk of a person who is logged in: `open_desk(email)`."""

	def open_page(user: str, password: str = data.PASSWORD, **viewport: int) -> Desk:
		page = new_page(**viewport)
		get_message(log_in(page.request, user, password))
		desk = Desk(page)
		desk.start()
		return desk

	return open_page


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
	report = yield
	if call.when == "call":
		item.has_failed = report.failed
	return report


def has_failed(item) -> bool:
	return getattr(item, "has_failed", True)


def keep_pictures(test: str, contexts: list[BrowserContext]) -> None:
	"""What each tab showed when the test failed, as e2e/results/BENCH/TEST-N.png."""
	RESULTS.mkdir(parents=True, exist_ok=True)
	name = re.sub(r"\W+", "-", test)
	for number, page in enumerate((page for context in contexts for page in context.pages), start=1):
		page.screenshot(path=RESULTS / f"{name}-{number}.png")
