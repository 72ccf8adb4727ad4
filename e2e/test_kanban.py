"""Cards dragged on a board meet the same rules as the form."""

import pytest
from playwright.sync_api import expect

from e2e import data
from e2e.pages.kanban import Kanban
from e2e.server import OPPORTUNITY

SHIPPED_BOARD = "Open Opportunities"


@pytest.fixture
def customer(server) -> str:
	return data.make_customer(server)


@pytest.fixture
def board(server, customer) -> str:
	return data.make_board(server, data.make_unique("Every Stage"), customer)


def test_a_jump_is_refused_and_the_card_goes_back(server, open_desk, as_person, customer, board):
	name = data.make_opportunity(as_person(data.ENGINEER.email), customer)
	desk = open_desk(data.ENGINEER.email)
	kanban = Kanban(desk)
	kanban.open(OPPORTUNITY, board)
	kanban.drag(name, "Open", "Won")

	expect(desk.message).to_contain_text(
		f"{name} cannot go from Open to Won. Allowed next: Offer Made, Lost, Rejected."
	)
	desk.close_message()
	expect(kanban.card_in("Open", name)).to_be_visible()
	expect(kanban.card_in("Won", name)).to_have_count(0)
	assert server.get_opportunity(name)["status"] == "Open"
	assert server.get_events(name) == ["Created"]


def test_an_allowed_step_is_taken_on_the_board_that_is_there(server, open_desk, as_person, customer):
	name = data.make_opportunity(as_person(data.ENGINEER.email), customer)
	desk = open_desk(data.ENGINEER.email)
	kanban = Kanban(desk)
	kanban.open(OPPORTUNITY, SHIPPED_BOARD)
	assert kanban.get_titles() == ["Open", "Offer Made"]
	kanban.drag(name, "Open", "Offer Made")

	expect(kanban.card_in("Offer Made", name)).to_be_visible()
	assert server.get_opportunity(name)["status"] == "Offer Made"
	assert server.get_events(name) == ["Created", "Offer Made"]
