"""What somebody sees who opens a page for the first time: nothing blank, nothing out of sight."""

from playwright.sync_api import Locator, expect

from e2e import data
from e2e.pages.list import List
from e2e.server import OPPORTUNITY

IS_ON_TOP = """element => {
	const { x, y, width, height } = element.getBoundingClientRect();
	return element.contains(document.elementFromPoint(x + width / 2, y + height / 2));
}"""


def test_the_list_shows_the_status(open_desk):
	desk = open_desk(data.ENGINEER.email)
	desk.visit(OPPORTUNITY, status="Open")
	status = List(desk).rows.first.locator(".indicator-pill:visible").first
	expect(status).to_have_text("Open")
	assert is_in_sight(status)


def test_the_regions_are_a_tree(open_desk):
	desk = open_desk(data.ENGINEER.email)
	desk.go("Tree", "Pipeline Region")
	# a branch is open at first only where it is the only one
	expect(desk.shown.locator(".tree-label", has_text="Tamil Nadu").first).to_be_visible()


def test_the_calendar_shows_a_next_contact(open_desk, as_person, server):
	customer = data.make_customer(server, "Evening Call")
	desk = open_desk(data.ENGINEER.email)
	today = desk.page.evaluate("() => frappe.datetime.nowdate()")
	engineer = as_person(data.ENGINEER.email)
	data.make_opportunity(engineer, customer, next_contact_date=f"{today} 23:58:00")
	desk.go("List", OPPORTUNITY, "Calendar")
	expect(desk.shown.locator(".fc-event", has_text=customer[:12]).first).to_be_visible()


def is_in_sight(element: Locator) -> bool:
	"""Whether the middle of the element is not covered and not cut off."""
	return element.evaluate(IS_ON_TOP)
