"""The pictures of docs/, taken when asked for (`make e2e SCREENSHOTS=1`), best on a site made for it."""

import os

import pytest
from playwright.sync_api import expect

from crm_pipeline.demo import team
from e2e import data, story
from e2e.camera import take_picture
from e2e.pages.form import Form
from e2e.pages.kanban import Kanban
from e2e.pages.list import List
from e2e.pages.workspace import Workspace
from e2e.server import OPPORTUNITY

pytestmark = pytest.mark.skipif(not os.environ.get("SCREENSHOTS"), reason="no pictures asked for")

ENGINEER = data.ENGINEER.email
MANAGER = data.MANAGER.email
REPORTS = {
	"funnel": "Pipeline Funnel",
	"win-rate": "Win Rate",
	"forecast": "Pipeline Forecast",
	"lost-trends": "Lost Opportunity Trends",
	"stalled": "Stalled Opportunities",
}


@pytest.fixture(scope="module")
def engineer(server):
	session = server.as_user(ENGINEER, data.PASSWORD)
	yield session
	session.close()


@pytest.fixture(scope="module")
def deal(server, engineer) -> str:
	story.plan_contacts(server)
	name = story.make_deal(server, engineer)
	story.offer(server, engineer, name)
	return name


def test_workspace(open_desk, deal):
	desk = open_desk(MANAGER, height=1180)
	desk.go("Workspaces", "CRM Pipeline")
	workspace = Workspace(desk)
	workspace.wait()
	workspace.dismiss_onboarding()
	take_picture(desk.page, "workspace")


def test_list_and_board(open_desk, deal):
	desk = open_desk(MANAGER, height=760)
	desk.visit(OPPORTUNITY)
	List(desk).rows.first.wait_for()
	take_picture(desk.page, "list")
	Kanban(desk).open(OPPORTUNITY, "Open Opportunities")
	take_picture(desk.page, "board")


def test_a_refused_jump(server, engineer, open_desk):
	name = data.make_opportunity(engineer, story.CUSTOMER, product_line="Valve")
	desk = open_desk(ENGINEER, height=640)
	kanban = Kanban(desk)
	kanban.open(OPPORTUNITY, data.make_board(server, "Shipyard", story.CUSTOMER))
	kanban.drag(name, "Open", "Won")
	expect(desk.message).to_be_visible()
	take_picture(desk.page, "refused")


def test_form(open_desk, deal):
	desk = open_desk(ENGINEER, height=900)
	desk.go("Form", OPPORTUNITY, deal)
	expect(Form(desk).status).to_have_text("Offer Made")
	take_picture(desk.page, "form")


def test_quotations_and_suppliers(open_desk, deal):
	desk = open_desk("Administrator", "admin", height=800)
	desk.go("Form", OPPORTUNITY, deal)
	Form(desk).open_tab("Connections")
	desk.settle()
	take_picture(desk.page, "offers")


def test_history_and_who_sees_it(open_desk, deal):
	desk = open_desk(MANAGER, height=900)
	desk.go("Form", OPPORTUNITY, deal)
	Form(desk).open_tab("History")
	desk.settle()
	take_picture(desk.page, "history")


def test_dialog(open_desk, deal):
	desk = open_desk(ENGINEER, height=640)
	desk.go("Form", OPPORTUNITY, deal)
	desk.press("Lost…")
	dialog = desk.dialog
	dialog.add_pill("lost_reasons", data.REASON)
	dialog.fill("outcome_detail", "They would have bought at 700,000.")
	take_picture(desk.page, "lost")


def test_form_on_a_phone(open_desk, deal):
	desk = open_desk(ENGINEER, width=420, height=860)
	desk.go("Form", OPPORTUNITY, deal)
	take_picture(desk.page, "form-narrow")


def test_tour(server, open_desk):
	data.reset_onboarding(server)
	desk = open_desk(ENGINEER, height=640)
	desk.go("Workspaces", "CRM Pipeline")
	workspace = Workspace(desk)
	workspace.wait()
	tour = workspace.start_onboarding()
	tour.press_next()
	tour.press_next()
	take_picture(desk.page, "tour")


def test_lead_conversion(server, open_desk):
	lead = data.make_lead(server, "Lighthouse Salt")
	desk = open_desk(ENGINEER, height=460)
	desk.go("Form", "Lead", lead["name"])
	desk.press("Convert")
	dialog = desk.dialog
	dialog.tick("with_opportunity")
	dialog.choose("region", data.REGION)
	dialog.choose("product_line", data.PRODUCT_LINE)
	dialog.fill("potential_value", 350_000)
	take_picture(desk.page, "convert")


def test_routing(server, open_desk):
	members = [{"user": person.email, "weight": 1} for person in team.ENGINEERS[:3]]
	server.update("Pipeline Region", data.REGION, members=members)
	desk = open_desk(MANAGER, height=900)
	desk.go("Form", "Pipeline Region", data.REGION)
	desk.press("Try Routing")
	take_picture(desk.page, "routing")


def test_calendar(open_desk, deal):
	desk = open_desk(MANAGER, height=900)
	desk.go("List", OPPORTUNITY, "Calendar")
	desk.shown.locator(".fc-view").first.wait_for()
	take_picture(desk.page, "calendar")


@pytest.mark.parametrize("picture", REPORTS)
def test_report(open_desk, picture):
	desk = open_desk(MANAGER, height=900)
	desk.go("query-report", REPORTS[picture])
	desk.shown.locator(".dt-row").first.wait_for()
	desk.settle()
	take_picture(desk.page, picture)


def test_print_format(open_desk, deal):
	desk = open_desk(ENGINEER, height=1000)
	desk.go("print", OPPORTUNITY, deal)
	desk.settle()
	take_picture(desk.page, "print")
