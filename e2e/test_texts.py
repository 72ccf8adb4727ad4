"""Texts of people are shown as texts: nothing that stands in a title, a tag or a name runs in another's browser."""

from playwright.sync_api import expect

from e2e import data
from e2e.pages.kanban import Kanban
from e2e.server import OPPORTUNITY

RUN = "window.was_run=1"
TEXT = f'3" valve " onmouseover="{RUN}" x="'


def hover_everything(desk) -> None:
	for element in desk.shown.locator("[title], [onmouseover], img").all():
		if element.is_visible():
			element.dispatch_event("mouseover")


def test_on_a_board_and_in_the_list(server, open_desk, as_person):
	customer = data.make_customer(server)
	board = data.make_board(server, data.make_unique("Texts"), customer)
	engineer = as_person(data.ENGINEER.email)
	name = data.make_opportunity(engineer, customer, title=TEXT, next_step=TEXT)
	engineer.call("frappe.desk.doctype.tag.tag.add_tag", tag=TEXT, dt=OPPORTUNITY, dn=name)
	desk = open_desk(data.MANAGER.email)
	kanban = Kanban(desk)
	kanban.open(OPPORTUNITY, board)
	expect(kanban.card_in("Open", name).locator(".kanban-card-title")).to_have_text(TEXT)
	hover_everything(desk)
	assert not desk.page.evaluate("window.was_run")
	desk.go("List", OPPORTUNITY, "List")
	desk.settle()
	hover_everything(desk)
	assert not desk.page.evaluate("window.was_run")
