"""Each number card leads to the list of exactly what it counts, for whoever looks."""

import pytest
from playwright.sync_api import expect

from e2e import data
from e2e.pages.list import List
from e2e.pages.workspace import Workspace
from e2e.server import OPPORTUNITY

WORKSPACE = "CRM Pipeline"


@pytest.mark.parametrize("person", [data.MANAGER, data.ENGINEER], ids=["manager", "engineer"])
def test_each_card_opens_a_list_of_its_length(open_desk, person):
	desk = open_desk(person.email)
	workspace = Workspace(desk)
	desk.go("Workspaces", WORKSPACE)
	workspace.wait()
	labels = workspace.labels
	assert len(labels) >= 8
	for label in labels:
		desk.go("Workspaces", WORKSPACE)
		number = workspace.number(label)
		workspace.click_card(label)
		assert desk.route[:2] == ["List", OPPORTUNITY], label
		if number.isdecimal():
			assert List(desk).has_count(int(number)), label
		expect(desk.title).to_have_text("Opportunities")


def test_a_part_of_a_chart_opens_the_list_of_its_slice(open_desk, as_person):
	offers = {"status": "Offer Made", "sales_engineer": data.ENGINEER.email}
	expected = len(as_person(data.ENGINEER.email).get_names(OPPORTUNITY, offers))
	desk = open_desk(data.ENGINEER.email)
	workspace = Workspace(desk)
	desk.go("Workspaces", WORKSPACE)
	workspace.wait()
	workspace.click_legend("Pipeline by Stage", "Offer Made")
	assert desk.route[:2] == ["List", OPPORTUNITY]
	assert List(desk).has_count(expected)
