"""What a sales engineer types as a value or a rate stays, and what differs from it is said beside it."""

from playwright.sync_api import expect

from e2e import data
from e2e.pages.form import Form
from e2e.server import OPPORTUNITY


def test_a_typed_exchange_rate_stays_when_the_currency_is_left(server, open_desk):
	customer = data.make_customer(server)
	desk = open_desk(data.ENGINEER.email)
	desk.go("Form", OPPORTUNITY, "new-pipeline-opportunity")
	form = Form(desk)
	form.choose("party_name", customer)
	form.choose("region", data.REGION)
	form.choose("product_line", data.PRODUCT_LINE)
	form.open_section("money_section")
	form.choose("currency", "USD")
	form.fill("conversion_rate", "81.25")
	form.field("currency").locator("input").focus()
	form.fill("potential_value", 1_000)
	form.save()
	saved = server.get_opportunity(form.name)
	assert (saved["currency"], saved["conversion_rate"]) == ("USD", 81.25)
	assert saved["base_potential_value"] == 81_250


def test_items_that_add_up_to_something_else_are_taken_over_in_one_click(server, open_desk, as_person):
	engineer = as_person(data.ENGINEER.email)
	items = [{"item_code": item, "qty": 2, "rate": 100} for item in data.make_items(server)]
	name = data.make_opportunity(
		engineer, data.make_customer(server), with_items=1, items=items, potential_value=1_000
	)
	desk = open_desk(data.ENGINEER.email)
	desk.go("Form", OPPORTUNITY, name)
	form = Form(desk)
	value = form.field("potential_value")
	expect(value).to_contain_text("The items add up to")
	expect(value).to_contain_text("600.00")
	value.get_by_role("button", name="Take over").click()
	expect(value).not_to_contain_text("add up to")
	form.save()
	assert server.get_opportunity(name)["potential_value"] == 600
