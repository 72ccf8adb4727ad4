"""A workspace: its number cards, charts, shortcuts and onboarding."""

from __future__ import annotations

from playwright.sync_api import Locator

from e2e.pages.desk import Desk
from e2e.pages.tour import Tour

LOADED = """() => [...document.querySelectorAll(".number-widget-box")].every((card) => card.querySelector(".number"))"""


class Workspace:
	def __init__(self, desk: Desk):
		self.desk = desk

	def open(self, title: str) -> None:
		"""Chooses it in the sidebar, on Frappe 16 among the icons of the desktop, as a newcomer does."""
		self.desk.shown.locator(
			f".desk-sidebar .sidebar-item-container[item-name='{title}'] a, .desktop-icon[data-id='{title}']"
		).first.click()
		self.wait()

	def wait(self) -> None:
		self.cards.first.wait_for()
		self.desk.settle()
		self.desk.page.wait_for_function(LOADED)

	@property
	def cards(self) -> Locator:
		return self.desk.shown.locator(".number-widget-box")

	@property
	def labels(self) -> list[str]:
		return [text.strip() for text in self.cards.locator(".widget-label").all_text_contents()]

	def card(self, label: str) -> Locator:
		return self.cards.filter(has=self.desk.page.get_by_text(label, exact=True))

	def number(self, label: str) -> str:
		return self.card(label).locator(".widget-body .number").inner_text().strip()

	def click_card(self, label: str) -> None:
		self.card(label).locator(".widget-body").click()
		self.desk.settle()

	@property
	def charts(self) -> Locator:
		return self.desk.shown.locator(".dashboard-widget-box")

	def chart(self, title: str) -> Locator:
		return self.charts.filter(has=self.desk.page.get_by_text(title, exact=True))

	def click_legend(self, chart: str, text: str) -> None:
		"""Clicks on what a chart calls one of its parts."""
		self.chart(chart).locator(".chart-legend > g text", has_text=text).click()
		self.desk.page.wait_for_function("() => frappe.get_route()[0] === 'List'")
		self.desk.settle()

	@property
	def onboarding(self) -> Locator:
		"""A block of the workspace, on Frappe 16 a panel over the page."""
		return self.desk.page.locator(".onboarding-widget-box:visible, .onb-panel")

	def dismiss_onboarding(self) -> None:
		"""Puts it aside for this user, if it is there."""
		if self.onboarding.count():
			self.onboarding.locator(".widget-control .btn, .onb-header-actions button").last.click()
			self.onboarding.wait_for(state="hidden")

	def start_onboarding(self) -> Tour:
		"""Presses the button of the first step."""
		self.onboarding.locator(".onboarding-step, .onb-step-left").first.click()
		start = self.onboarding.locator(".onboarding-step-body button, .onboarding-step-preview .btn")
		if start.count():
			start.first.click()
		self.desk.page.wait_for_function("() => frappe.get_route()[0] === 'Form'")
		self.desk.settle()
		return Tour(self.desk.page)
