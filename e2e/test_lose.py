"""A loss needs its reason; only a manager takes it back."""

from playwright.sync_api import expect

from e2e import data
from e2e.pages.form import Form
from e2e.pages.list import List
from e2e.server import OPPORTUNITY


def test_a_loss_needs_a_reason_and_a_manager_reopens_it(server, open_desk, as_person):
	name = data.make_opportunity(as_person(data.ENGINEER.email), data.make_customer(server))
	desk = open_desk(data.ENGINEER.email)
	desk.go("Form", OPPORTUNITY, name)

	desk.press("Lost…")
	dialog = desk.dialog
	dialog.confirm()
	expect(desk.message).to_contain_text("Lost Reasons")
	desk.close_message()
	assert server.get_opportunity(name)["status"] == "Open"

	dialog.add_pill("lost_reasons", data.REASON)
	dialog.confirm()
	expect(Form(desk).status).to_have_text("Lost")
	lost = server.get_opportunity(name)
	assert [row["lost_reason"] for row in lost["lost_reasons"]] == [data.REASON]
	expect(desk.button("Reopen…")).to_be_hidden()

	manager = open_desk(data.MANAGER.email)
	manager.go("Form", OPPORTUNITY, name)
	manager.press("Reopen…")
	manager.dialog.fill("reopen_reason", "The other supplier failed")
	manager.dialog.confirm()
	expect(Form(manager).status).to_have_text("Open")
	reopened = server.get_opportunity(name)
	assert (reopened["status"], reopened["lost_reasons"]) == ("Open", [])
	assert server.get_events(name) == ["Created", "Lost", "Reopened"]


def test_a_reason_that_asks_for_detail_gets_it_before_anything_is_saved(server, open_desk, as_person):
	name = data.make_opportunity(as_person(data.ENGINEER.email), data.make_customer(server))
	desk = open_desk(data.ENGINEER.email)
	desk.go("Form", OPPORTUNITY, name)

	desk.press("Rejected…")
	dialog = desk.dialog
	dialog.add_pill("lost_reasons", data.REASON_WITH_DETAIL)
	dialog.confirm()
	expect(desk.message).to_contain_text("Outcome Detail")
	desk.close_message()
	assert server.get_opportunity(name)["status"] == "Open"

	dialog.fill("outcome_detail", "They want it painted by hand.")
	dialog.confirm()
	expect(Form(desk).status).to_have_text("Rejected")
	assert server.get_opportunity(name)["outcome_detail"] == "They want it painted by hand."


def test_many_are_closed_at_once_and_each_refusal_is_told(server, open_desk, as_person):
	engineer = as_person(data.ENGINEER.email)
	customer = data.make_customer(server)
	lost, won = (data.make_opportunity(engineer, customer) for _each in range(2))
	engineer.update(OPPORTUNITY, won, status="Offer Made")
	engineer.update(OPPORTUNITY, won, status="Won", won_value=1_000)

	desk = open_desk(data.ENGINEER.email)
	desk.visit(OPPORTUNITY, customer=customer)
	listing = List(desk)
	listing.tick(lost, won)
	listing.press_action("Lost…")
	desk.dialog.add_pill("lost_reasons", data.REASON)
	desk.dialog.confirm()
	expect(desk.message).to_contain_text(won)
	expect(desk.message).not_to_contain_text(lost)
	assert [server.get_opportunity(name)["status"] for name in (lost, won)] == ["Lost", "Won"]
