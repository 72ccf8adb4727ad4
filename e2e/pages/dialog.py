"""A dialog: its fields and its buttons."""

from __future__ import annotations

from playwright.sync_api import Locator

from e2e.pages.fields import Fields


class Dialog(Fields):
	@property
	def title(self) -> Locator:
		return self.root.locator(".modal-title")

	def confirm(self) -> None:
		"""Presses the button at the end; a click beside it closes the choices of a field that may hang over it."""
		self.title.click()
		self.root.locator(
			".modal-footer .btn-modal-primary, .modal-footer .btn-primary:visible"
		).first.click()
		self.desk.settle()

	def cancel(self) -> None:
		self.root.locator(".btn-modal-close").click()
		self.root.wait_for(state="hidden")
