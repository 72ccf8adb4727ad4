"""A Kanban board: cards in columns, dragged with the mouse."""

from __future__ import annotations

from playwright.sync_api import Locator

from e2e.pages.desk import Desk


class Kanban:
	def __init__(self, desk: Desk):
		self.desk = desk

	def open(self, doctype: str, board: str) -> None:
		self.desk.go("List", doctype, "Kanban", board)
		self.desk.shown.locator(".kanban-column").first.wait_for()
		self.desk.settle()

	def column(self, title: str) -> Locator:
		return self.desk.shown.locator(f".kanban-column[data-column-value='{title}']")

	def get_titles(self) -> list[str]:
		columns = self.desk.shown.locator(".kanban-column[data-column-value]")
		return columns.evaluate_all("columns => columns.map((column) => column.dataset.columnValue)")

	def card_in(self, title: str, name: str) -> Locator:
		return self.column(title).locator(f".kanban-card-wrapper[data-name='{name}']")

	def drag(self, name: str, source: str, target: str) -> None:
		"""Moves as a hand does: pressed, a little, then all the way, then let go."""
		mouse = self.desk.page.mouse
		start = get_middle(self.card_in(source, name))
		end = get_middle(self.column(target).locator(".kanban-cards"))
		mouse.move(*start)
		mouse.down()
		mouse.move(start[0] + 10, start[1] + 5, steps=3)
		mouse.move(*end, steps=10)
		mouse.move(end[0] + 3, end[1] + 3, steps=3)
		mouse.up()
		self.desk.settle()


def get_middle(element: Locator) -> tuple[float, float]:
	"""The middle of an element, near its top where it is long."""
	element.hover(trial=True)  # scrolls there, and waits while the board is drawn again
	box = element.bounding_box()
	assert box, "the element is not on the page"
	return box["x"] + box["width"] / 2, box["y"] + min(box["height"] / 2, 60)
