"""A list: its rows, its count, its actions."""

from __future__ import annotations

import time

from playwright.sync_api import Locator

from e2e.pages.desk import Desk


class List:
	def __init__(self, desk: Desk):
		self.desk = desk

	def clear_filters(self) -> None:
		"""The list remembers the filters of the last visit."""
		self.desk.shown.locator(".filter-x-button:visible").click()
		self.desk.settle()

	@property
	def rows(self) -> Locator:
		return self.desk.shown.locator(".list-row-container .list-row")

	@property
	def empty_message(self) -> Locator:
		return self.desk.shown.locator(".no-result:visible").first

	@property
	def count(self) -> int | None:
		"""The number of records the list says it has, as in "20 of 300"; None while it says none."""
		self.desk.settle()
		if self.empty_message.count():
			return 0
		word = self.desk.shown.locator(".list-count:visible").inner_text().split()[-1].replace(",", "")
		return int(word) if word.isdecimal() else None

	def has_count(self, number: int) -> bool:
		"""Whether the list comes to have so many records: it is asked until it does, or for twenty seconds."""
		deadline = time.monotonic() + 20
		while self.count != number:
			if time.monotonic() > deadline:
				return False
			self.desk.page.wait_for_timeout(250)
		return True

	@property
	def names(self) -> list[str]:
		boxes = self.desk.shown.locator(".list-row-container .list-row-checkbox")
		return boxes.evaluate_all("boxes => boxes.map((box) => decodeURIComponent(box.dataset.name))")

	def row(self, name: str) -> Locator:
		return self.rows.filter(has=self.desk.page.locator(f".list-row-checkbox[data-name='{name}']"))

	def tick(self, *names: str) -> None:
		for name in names:
			self.row(name).locator(".list-row-checkbox").check()

	def press_action(self, label: str) -> None:
		"""An entry of the menu that appears when rows are ticked."""
		self.desk.shown.locator(".actions-btn-group:visible > button").click()
		self.desk.shown.locator(".actions-btn-group .dropdown-item").filter(has_text=label).click()
		self.desk.settle()

	def open(self, name: str) -> None:
		self.row(name).locator("a[data-doctype]").first.click()
		self.desk.settle()

	def press_new(self) -> None:
		self.desk.press_primary()
