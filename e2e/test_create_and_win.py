"""An engineer opens an opportunity, offers and wins it."""

from playwright.sync_api import expect

from e2e import data
from e2e.pages.form import Form
from e2e.pages.list import List
from e2e.server import OPPORTUNITY


def test_an_engineer_creates_an_opportunity_offers_and_wins_it(server, open_desk):
	customer = data.make_customer(server)
	desk = open_desk(data.ENGINEER.email)
	desk.go("List", OPPORTUNITY)
	List(desk).press_new()
	form = Form(desk)
	form.choose("opportunity_from", "Customer")
	form.choose("party_name", customer)
	form.choose("region", data.REGION)
	form.choose("product_line", data.PRODUCT_LINE)
	form.fill("potential_value", 480_000)
	form.save()

	expect(form.status).to_have_text("Open")
	name = form.name
	opened = server.get_opportunity(name)
	assert (opened["status"], opened["sales_engineer"]) == ("Open", data.ENGINEER.email)
	assert (opened["potential_value"], opened["title"]) == (480_000, f"{customer} – {data.PRODUCT_LINE}")
	expect(desk.button("Won…")).to_be_hidden()

	desk.press("Make Offer")
	desk.dialog.confirm()
	expect(form.status).to_have_text("Offer Made")
	assert server.get_opportunity(name)["status"] == "Offer Made"

	desk.press("Won…")
	desk.dialog.fill("won_value", 455_000)
	desk.dialog.confirm()
	expect(form.status).to_have_text("Won")
	won = server.get_opportunity(name)
	assert (won["status"], won["won_value"], won["closed_by"]) == ("Won", 455_000, data.ENGINEER.email)
	assert server.get_events(name) == ["Created", "Offer Made", "Won"]


def test_a_closed_opportunity_can_only_be_read(server, open_desk, as_person):
	engineer = as_person(data.ENGINEER.email)
	name = data.make_opportunity(engineer, data.make_customer(server))
	for status, values in (("Offer Made", {}), ("Won", {"won_value": 1_000})):
		engineer.update(OPPORTUNITY, name, status=status, **values)

	desk = open_desk(data.ENGINEER.email)
	desk.go("Form", OPPORTUNITY, name)
	form = Form(desk)
	expect(form.status).to_have_text("Won")
	expect(desk.shown.get_by_text("Closed. A manager can reopen it.")).to_be_visible()
	expect(form.field("region").locator("input")).to_be_hidden()
	for label in ("Make Offer", "Lost…", "Rejected…", "Reopen…"):
		expect(desk.button(label)).to_be_hidden()
