"""Fields of a form or a dialog, filled as a person does: by typing, and by choosing what is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import Locator

if TYPE_CHECKING:
	from e2e.pages.desk import Desk


class Fields:
	"""Whatever has fields: `root` is the part of the page they stand in."""

	def __init__(self, desk: Desk, root: Locator):
		self.desk = desk
		self.root = root

	def field(self, fieldname: str) -> Locator:
		return self.root.locator(f".frappe-control[data-fieldname='{fieldname}']:visible").first

	def fill(self, fieldname: str, value: object) -> None:
		control = self.field(fieldname).locator("input:visible, textarea:visible, .ql-editor").first
		control.fill(str(value))
		control.press("Tab")
		self.desk.settle()

	def select(self, fieldname: str, value: str) -> None:
		self.field(fieldname).locator("select").select_option(value)
		self.desk.settle()

	def tick(self, fieldname: str) -> None:
		self.field(fieldname).locator("input[type=checkbox]:visible").check()
		self.desk.settle()

	def choose(self, fieldname: str, value: str) -> None:
		"""Types into a link field and takes the offered entry."""
		choose_in(self.desk, self.field(fieldname), value)

	def add_pill(self, fieldname: str, value: str) -> None:
		"""Adds one value to a field that takes several."""
		self.choose(fieldname, value)
		self.field(fieldname).locator(".tb-selected-value", has_text=value).wait_for()

	def read(self, fieldname: str) -> str:
		"""The text that a read-only field shows."""
		return self.field(fieldname).locator(".control-value:visible").inner_text().strip()


def choose_in(desk: Desk, control: Locator, value: str) -> None:
	field = control.locator("input:visible").first
	field.click()
	desk.settle()  # an answer about the empty text would come too late, and replace what is offered
	field.fill(value)
	# Frappe 16 shows what a cell offers beside the table
	offered = desk.page.locator(".awesomplete > ul:visible > *")
	offered = offered.filter(has=desk.page.get_by_text(value, exact=True))
	offered.first.click()
	desk.settle()
