"""A form: fields, child tables, saving and submitting."""

from __future__ import annotations

from playwright.sync_api import Locator

from e2e.pages.desk import Desk
from e2e.pages.fields import Fields, choose_in

ROW = ".grid-body .rows > .grid-row"


class Form(Fields):
	def __init__(self, desk: Desk):
		super().__init__(desk, desk.shown)

	@property
	def name(self) -> str:
		return self.desk.route[-1]

	@property
	def status(self) -> Locator:
		"""The coloured word beside the title."""
		return self.root.locator(".page-head .indicator-pill:visible").first

	def save(self) -> None:
		self.root.locator(".page-head .primary-action[data-label='Save']").click()
		self.desk.settle()

	def submit(self) -> None:
		"""Presses Submit and agrees."""
		self.root.locator(".page-head .primary-action[data-label='Submit']").click()
		self.desk.dialog.root.get_by_role("button", name="Yes").click()
		self.desk.settle()

	def cancel(self) -> None:
		self.root.locator(".page-head .btn-secondary[data-label='Cancel']").click()
		self.desk.dialog.root.get_by_role("button", name="Yes").click()
		self.desk.settle()

	def amend(self) -> None:
		self.root.locator(".page-head .primary-action[data-label='Amend']").click()
		self.desk.settle()

	def open_section(self, fieldname: str) -> None:
		"""Opens a collapsed section, or does nothing when it is open."""
		head = self.root.locator(f".form-section[data-fieldname='{fieldname}'] > .section-head.collapsed")
		if head.count():
			head.click()

	def open_tab(self, label: str) -> None:
		self.root.get_by_role("tab", name=label).click()

	def table(self, fieldname: str) -> Table:
		return Table(self, fieldname)


class Table:
	"""A child table, filled cell by cell; rows are counted from 1."""

	def __init__(self, form: Form, fieldname: str):
		self.form = form
		self.root = form.field(fieldname)

	@property
	def rows(self) -> Locator:
		return self.root.locator(ROW)

	def add_row(self) -> int:
		count = self.rows.count()
		self.root.locator(".grid-add-row").click()
		self.rows.nth(count).wait_for()
		return count + 1

	def fill(self, row: int, fieldname: str, value: object) -> None:
		control = self.open_cell(row, fieldname).locator("input, textarea").first
		control.fill(str(value))
		control.blur()  # Tab in the last cell of the last row would add another row
		self.form.desk.settle()

	def choose(self, row: int, fieldname: str, value: str) -> None:
		choose_in(self.form.desk, self.open_cell(row, fieldname), value)

	def open_cell(self, row: int, fieldname: str) -> Locator:
		"""A cell becomes a field when it is clicked."""
		cell = self.rows.nth(row - 1).locator(f".grid-static-col[data-fieldname='{fieldname}']")
		if not cell.locator("input, textarea").count():
			cell.click()
		return cell
