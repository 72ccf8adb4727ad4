"""What a manager does about the people: who sees a record, who works where, who takes over."""

import pytest
from playwright.sync_api import expect

from e2e import data
from e2e.pages.desk import Desk
from e2e.pages.form import Form
from e2e.pages.list import List
from e2e.server import OPPORTUNITY


@pytest.fixture
def opportunity(server, as_person) -> dict:
	engineer = as_person(data.OTHER_ENGINEER.email)
	return engineer.get_opportunity(data.make_opportunity(engineer, data.make_customer(server)))


@pytest.fixture
def desk(open_desk) -> Desk:
	return open_desk(data.MANAGER.email)


def test_the_history_tells_who_sees_a_record_and_why(desk, opportunity):
	desk.go("Form", OPPORTUNITY, opportunity["name"])
	Form(desk).open_tab("History")
	access = Form(desk).field("access_list")
	expect(access).to_contain_text(data.OTHER_ENGINEER.email)
	expect(access).to_contain_text("Sales Engineer")


def test_what_an_engineer_leaves_is_handed_over(desk, opportunity):
	desk.visit(OPPORTUNITY, customer=opportunity["customer"])
	listing = List(desk)
	listing.tick(opportunity["name"])
	listing.press_action("Hand over…")
	dialog = desk.dialog
	dialog.choose("sales_engineer", data.OTHER_ENGINEER.email)
	expect(dialog.root).to_contain_text(f"{opportunity['name']}: {opportunity['title']}")
	dialog.choose("to_user", data.THIRD_ENGINEER.email)
	dialog.fill("reason", "Moves to another region")
	dialog.confirm()
	expect(desk.alerts.first).to_contain_text("Handing over 1 opportunities")


def test_a_region_gets_its_people(server, desk):
	region = server.insert("Pipeline Region", region_name=data.make_unique("Harbour"))["name"]
	desk.go("Form", "Pipeline Region", region)
	form = Form(desk)
	members = form.table("members")
	members.choose(members.add_row(), "user", data.ENGINEER.email)
	form.choose("sales_manager", data.MANAGER.email)
	form.save()
	saved = server.get("Pipeline Region", region)
	people = ([member["user"] for member in saved["members"]], saved["sales_manager"])
	assert people == ([data.ENGINEER.email], data.MANAGER.email)
