"""The first minutes of somebody who has never seen it."""

from playwright.sync_api import expect

from e2e import data
from e2e.pages.desk import Desk
from e2e.pages.form import Form
from e2e.pages.list import List
from e2e.pages.login import LoginPage
from e2e.pages.workspace import Workspace
from e2e.server import OPPORTUNITY

WORKSPACE = "CRM Pipeline"


def test_a_newcomer_finds_the_pipeline_and_opens_the_first_opportunity(server, new_page):
	data.reset_onboarding(server)
	user, customer = data.make_user(server, "Tara", "Sales User"), data.make_customer(server)
	page = new_page()
	LoginPage(page).log_in(user, data.PASSWORD)
	desk = Desk(page)
	desk.settle()

	workspace = Workspace(desk)
	workspace.open(WORKSPACE)
	expect(desk.title).to_have_text(WORKSPACE)
	assert {"Open Opportunities", "Offers Out"} <= set(workspace.labels)
	assert workspace.number("Open Opportunities") == "0"

	tour = workspace.start_onboarding()
	for title in ("Customer or Lead", "Party", "Region"):
		expect(tour.title).to_have_text(title)
		tour.press_next()
	tour.close()
	form = Form(desk)
	form.choose("opportunity_from", "Customer")
	form.choose("party_name", customer)
	form.choose("region", data.REGION)
	form.choose("product_line", data.PRODUCT_LINE)
	form.fill("potential_value", 120_000)
	form.save()
	expect(form.status).to_have_text("Open")
	name = form.name
	assert server.get_opportunity(name)["sales_engineer"] == user

	desk.go("List", OPPORTUNITY)
	assert List(desk).has_count(1)
	assert List(desk).names == [name]
	expect(List(desk).row(name)).to_contain_text(customer)
