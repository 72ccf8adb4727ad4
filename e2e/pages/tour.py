"""The tour over a form: a box that points at one field after the other."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


class Tour:
	def __init__(self, page: Page):
		self.page = page

	@property
	def box(self) -> Locator:
		return self.page.locator("#driver-popover-item")

	@property
	def title(self) -> Locator:
		return self.box.locator(".driver-popover-title")

	def press_next(self) -> None:
		self.box.locator(".driver-next-btn").click()

	def close(self) -> None:
		self.box.locator(".driver-close-btn").click()
		self.box.wait_for(state="hidden")
