"""From a lead to the order: converted, priced by two suppliers, offered twice, won by the order."""

import pytest
from playwright.sync_api import expect

from e2e import data
from e2e.pages.desk import Desk
from e2e.pages.form import Form
from e2e.server import OPPORTUNITY, Server

QUANTITIES = (2, 4, 1)
# supplier → rates of the three items; the cheapest of each counts
RATES = {data.SUPPLIERS[0]: (1_000, 500, 9_000), data.SUPPLIERS[1]: (900, 650, 8_000)}
BEST_RATES = (900, 500, 8_000)
MARGIN_PERCENT = 25
NET_TOTAL = sum(
	quantity * rate * (1 + MARGIN_PERCENT / 100)
	for quantity, rate in zip(QUANTITIES, BEST_RATES, strict=True)
)


@pytest.fixture
def desk(server, open_desk) -> Desk:
	"""The desk of somebody who sells and buys."""
	data.make_items(server)
	data.make_suppliers(server)
	server.update("Pipeline Settings", "Pipeline Settings", default_margin_percent=MARGIN_PERCENT)
	return open_desk(data.make_user(server, "Tara", "Sales User", "Purchase User", "Purchase Manager"))


def test_a_lead_becomes_an_order_and_the_order_wins(server, desk):
	lead = data.make_lead(server)
	opportunity = convert(desk, lead["name"])
	converted = server.get("Lead", lead["name"])
	customer = server.get_opportunity(opportunity)["customer"]
	assert (converted["status"], customer) == ("Converted", lead["company_name"])

	add_items(desk)
	assert server.get_opportunity(opportunity)["items_total"] == 0
	request = request_quotations(desk)
	assert server.get("Request for Quotation", request)["pipeline_opportunity"] == opportunity

	for supplier in data.SUPPLIERS:
		answer_request(desk, request, supplier)
	rows = server.get_opportunity(opportunity)["items"]
	assert [row["supplier_rate"] for row in rows] == list(BEST_RATES)

	first = make_quotation(desk, opportunity)
	assert server.get("Quotation", first)["net_total"] == NET_TOTAL
	offered = server.get_opportunity(opportunity)
	assert (offered["status"], offered["offer"]) == ("Offer Made", first)

	second = amend(desk)
	assert server.get_opportunity(opportunity)["offer"] == second != first

	order = make_order(desk)
	won = server.get_opportunity(opportunity)
	assert (won["status"], won["won_value"], won["sales_order"]) == ("Won", NET_TOTAL, order)
	assert won["won_value"] == server.get("Sales Order", order)["net_total"]
	assert_story_is_told(server, desk, opportunity)


def convert(desk: Desk, lead: str) -> str:
	desk.go("Form", "Lead", lead)
	desk.press("Convert")
	dialog = desk.dialog
	dialog.tick("with_opportunity")
	dialog.choose("region", data.REGION)
	dialog.choose("product_line", data.PRODUCT_LINE)
	dialog.fill("potential_value", 12_500)
	dialog.confirm()
	desk.arrive(OPPORTUNITY)
	return Form(desk).name


def add_items(desk: Desk) -> None:
	"""Three items without a rate: the suppliers are to tell."""
	form = Form(desk)
	form.open_section("items_section")
	form.tick("with_items")
	table = form.table("items")
	for item, quantity in zip(data.PUMPS, QUANTITIES, strict=True):
		row = table.add_row()
		table.choose(row, "item_code", item)
		table.fill(row, "qty", quantity)
	form.save()


def request_quotations(desk: Desk) -> str:
	desk.press_in("Make", "Request for Quotation")
	desk.arrive("Request for Quotation")
	form = Form(desk)
	table = form.table("suppliers")
	for number, supplier in enumerate(data.SUPPLIERS, start=1):
		table.choose(number if table.rows.count() >= number else table.add_row(), "supplier", supplier)
	form.save()
	form.submit()
	expect(form.status).to_have_text("Submitted")
	return form.name


def answer_request(desk: Desk, request: str, supplier: str) -> None:
	"""Enters a supplier's answer as a Supplier Quotation."""
	desk.go("Form", "Request for Quotation", request)
	desk.press_in("Create", "Supplier Quotation")
	desk.dialog.choose("supplier", supplier)
	desk.dialog.confirm()
	desk.arrive("Supplier Quotation")
	form = Form(desk)
	table = form.table("items")
	for row, rate in enumerate(RATES[supplier], start=1):
		table.fill(row, "rate", rate)
	form.save()
	form.submit()
	expect(form.status).to_have_text("Submitted")


def make_quotation(desk: Desk, opportunity: str) -> str:
	desk.go("Form", OPPORTUNITY, opportunity)
	desk.press_in("Make", "Quotation from Supplier Rates")
	desk.arrive("Quotation")
	return save_and_submit(desk)


def save_and_submit(desk: Desk) -> str:
	form = Form(desk)
	form.save()
	form.submit()
	expect(desk.shown.locator(".page-head .indicator-pill", has_text="Draft")).to_have_count(0)
	return form.name


def amend(desk: Desk) -> str:
	form = Form(desk)
	form.cancel()
	form.amend()
	return save_and_submit(desk)


def make_order(desk: Desk) -> str:
	desk.press_in("Create", "Sales Order")
	desk.arrive("Sales Order")
	Form(desk).fill("delivery_date", desk.get_date(days=30))
	return save_and_submit(desk)


def assert_story_is_told(server: Server, desk: Desk, opportunity: str) -> None:
	desk.go("Form", OPPORTUNITY, opportunity)
	desk.reload()
	expect(Form(desk).status).to_have_text("Won")
	events = server.get_events(opportunity)
	assert events[0] == "Created"
	assert events[-1] == "Won"
	assert {"Offer Linked", "Offer Withdrawn", "Offer Made"} <= set(events)


def test_a_lead_s_deal_is_won_where_one_left_once_the_lead_is_converted(server, open_desk, as_person):
	lead = data.make_lead(server)
	server.update("Lead", lead["name"], qualification_status="In Process")
	engineer = as_person(data.ENGINEER.email)
	name = data.make_opportunity(engineer, lead["name"], opportunity_from="Lead")
	engineer.update(OPPORTUNITY, name, status="Offer Made")
	desk = open_desk(data.ENGINEER.email)
	desk.go("Form", OPPORTUNITY, name)
	desk.press("Won…")
	expect(desk.dialog.root).to_contain_text("A lead becomes a customer before it is won.")
	desk.dialog.confirm()
	expect(desk.dialog.root).to_contain_text(f"Convert {lead['lead_name']}")
	desk.dialog.confirm()
	desk.dialog.fill("won_value", 455_000)
	desk.dialog.confirm()
	expect(Form(desk).status).to_have_text("Won")
	won = server.get_opportunity(name)
	assert (won["status"], won["customer"]) == ("Won", lead["company_name"])
