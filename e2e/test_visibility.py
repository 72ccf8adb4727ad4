"""An engineer sees what is theirs, whichever way they look."""

import pytest
from playwright.sync_api import expect

from e2e import data
from e2e.pages.form import Form
from e2e.pages.list import List
from e2e.server import OPPORTUNITY

NOT_THERE = "No opportunities for this selection"


@pytest.fixture
def foreign(server, as_person) -> dict:
	"""An opportunity of somebody else."""
	other = as_person(data.OTHER_ENGINEER.email)
	return other.get_opportunity(data.make_opportunity(other, data.make_customer(server)))


def test_the_list_has_exactly_their_own(server, open_desk, as_person, foreign):
	mine = {"sales_engineer": data.ENGINEER.email}
	expected = len(server.get_names(OPPORTUNITY, mine))
	desk = open_desk(data.ENGINEER.email)
	desk.visit(OPPORTUNITY)
	List(desk).clear_filters()
	assert List(desk).has_count(expected)
	assert len(as_person(data.ENGINEER.email).get_names(OPPORTUNITY)) == expected

	desk.visit(OPPORTUNITY, customer=foreign["customer"])
	expect(List(desk).empty_message).to_contain_text(NOT_THERE)
	assert List(desk).names == []


def test_the_address_of_a_foreign_one_opens_nothing(open_desk, as_person, foreign):
	desk = open_desk(data.ENGINEER.email)
	desk.go("Form", OPPORTUNITY, foreign["name"])
	expect(desk.page.get_by_text(f"You may not read {foreign['name']}.").first).to_be_visible()
	expect(desk.page.get_by_text(foreign["title"])).to_have_count(0)
	assert not as_person(data.ENGINEER.email).has(OPPORTUNITY, foreign["name"])


def test_who_shares_one_shows_it(server, open_desk, as_person, foreign):
	as_person(data.OTHER_ENGINEER.email).call(
		"frappe.share.add", doctype=OPPORTUNITY, name=foreign["name"], user=data.THIRD_ENGINEER.email
	)
	desk = open_desk(data.THIRD_ENGINEER.email)
	desk.visit(OPPORTUNITY, customer=foreign["customer"])
	assert List(desk).names == [foreign["name"]]
	desk.go("Form", OPPORTUNITY, foreign["name"])
	expect(Form(desk).status).to_have_text("Open")
	expect(desk.shown.get_by_text("You may read this.")).to_be_visible()
	expect(Form(desk).field("region").locator("input")).to_be_hidden()
	for label in ("Make Offer", "Save", "Route Again"):
		expect(desk.button(label)).to_be_hidden()


def test_a_manager_sees_it_all(server, open_desk, foreign):
	desk = open_desk(data.MANAGER.email)
	desk.visit(OPPORTUNITY)
	List(desk).clear_filters()
	assert List(desk).has_count(len(server.get_names(OPPORTUNITY)))
	desk.visit(OPPORTUNITY, customer=foreign["customer"])
	assert List(desk).names == [foreign["name"]]
