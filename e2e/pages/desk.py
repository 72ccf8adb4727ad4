"""What every page of the desk has: a title, buttons, menus, messages."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from playwright.sync_api import Locator, Page

from e2e.pages.dialog import Dialog
from e2e.pages.login import HOME

SETTLED = """() => window.frappe?.boot && !frappe.request.ajax_count && !frappe.dom.freeze_count
	&& !document.querySelector('#freeze')"""


class Desk:
	"""The desk in one browser tab; what is shown is looked for on the visible page only."""

	def __init__(self, page: Page):
		self.page = page

	def start(self) -> None:
		"""Loads the desk; the user is logged in already."""
		self.page.goto(HOME)
		self.settle()

	def go(self, *route: str) -> None:
		"""Goes where a link with this route would lead, such as `"Form", doctype, name`."""
		self.page.evaluate("(route) => frappe.set_route(route)", route)
		self.settle()

	def arrive(self, doctype: str) -> None:
		"""Waits until a form of this DocType is in front: a button may lead there in several requests."""
		self.page.wait_for_function("(doctype) => window.cur_frm?.doctype === doctype", arg=doctype)
		self.settle()

	def visit(self, doctype: str, **filters: str) -> None:
		"""Opens a list by its address, as a deep link in a mail does."""
		path = f"{HOME}/{doctype.lower().replace(' ', '-')}/view/list"
		self.page.goto(f"{path}?{urlencode(filters)}" if filters else path)
		self.settle()

	def reload(self) -> None:
		"""Loads the page again; without socketio nobody tells it that a record has changed."""
		self.page.reload()
		self.settle()

	@property
	def route(self) -> list[str]:
		return self.page.evaluate("() => frappe.get_route()")

	def settle(self) -> None:
		"""Waits until no request is under way, and none starts right after."""
		self.page.wait_for_function(SETTLED)
		self.page.wait_for_timeout(250)
		self.page.wait_for_function(SETTLED)

	def get_date(self, days: int) -> str:
		"""The day so many days from now, as this user types dates."""
		return self.page.evaluate(
			"(days) => frappe.datetime.str_to_user(frappe.datetime.add_days(frappe.datetime.get_today(), days))",
			days,
		)

	# --- what is shown

	@property
	def shown(self) -> Locator:
		"""The page in front; Frappe keeps the ones visited before, hidden."""
		return self.page.locator(
			"#body > .content.page-container:visible, .content.page-container:visible"
		).first

	@property
	def title(self) -> Locator:
		# Frappe 16 has none but the last of its breadcrumbs
		return self.shown.locator(
			".page-head .navbar-breadcrumbs > li:last-child, .page-head .title-text:not(a)"
		).first

	@property
	def dialog(self) -> Dialog:
		"""The dialog in front, once it has stopped moving."""
		self.page.wait_for_function("() => window.cur_dialog?.display")
		return Dialog(self, self.page.locator(".modal.show").last)

	@property
	def message(self) -> Locator:
		"""The text of a message box."""
		return self.page.locator(".modal.show .msgprint")

	@property
	def alerts(self) -> Locator:
		return self.page.locator("#alert-container .desk-alert")

	def close_message(self) -> None:
		self.page.locator(".modal.show", has=self.page.locator(".msgprint")).locator(
			".btn-modal-close"
		).click()
		self.message.wait_for(state="hidden")

	# --- buttons

	def button(self, label: str) -> Locator:
		"""A button of the page's own, such as "Won…"."""
		return self.shown.locator(f".page-head button[data-label='{encode(label)}']")

	def press(self, label: str) -> None:
		self.button(label).click()
		self.settle()

	def menu_entry(self, group: str, label: str) -> Locator:
		"""An entry in a group of buttons, such as Make → Quotation; there, but not visible before it is opened."""
		return self.get_group(group).locator(f".dropdown-item[data-label='{encode(label)}']")

	def press_in(self, group: str, label: str) -> None:
		self.get_group(group).locator("> button").click()
		self.menu_entry(group, label).click()
		self.settle()

	def get_group(self, label: str) -> Locator:
		return self.shown.locator(f".page-head .inner-group-button[data-label='{encode(label)}']")

	def press_action(self, label: str) -> None:
		"""An entry of the menu Actions, where a Workflow has its actions."""
		group = self.shown.locator(".page-head .actions-btn-group")
		group.locator("> button").click()
		group.locator(".dropdown-item", has_text=label).click()
		self.settle()

	def press_primary(self) -> None:
		self.shown.locator(".page-head .primary-action:visible").click()
		self.settle()


def encode(label: str) -> str:
	"""A label as Frappe writes it into data-label (JavaScript's encodeURIComponent)."""
	return quote(label, safe="!~*()")
