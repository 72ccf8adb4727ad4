"""Every form, list and report of the app opens; a script that fails on one of them fails here (see conftest.py)."""

from playwright.sync_api import expect

from e2e import data
from e2e.pages.desk import Desk
from e2e.server import Server

MODULE = "CRM Pipeline"


def test_every_form_and_list(server, open_desk):
	desk = open_desk(data.MANAGER.email)
	for doctype in server.get_names("DocType", {"module": MODULE, "istable": 0, "issingle": 0}):
		records = server.get_names(doctype, limit_page_length=1)
		desk.visit(doctype)
		if records:
			expect_form(desk, doctype, records[0])


def test_every_single(server, open_desk):
	desk = open_desk("Administrator", "admin")
	for doctype in server.get_names("DocType", {"module": MODULE, "issingle": 1}):
		expect_form(desk, doctype, doctype)


def test_every_report(server, open_desk):
	desk = open_desk(data.MANAGER.email)
	for report in get_reports(server):
		desk.go("query-report", report)
		expect(desk.title).to_have_text(report)
		expect(
			desk.shown.locator(
				".datatable .dt-scrollable, .no-report-area:visible, .nothing-to-show:visible"
			).first
		).to_be_attached()


def get_reports(server: Server) -> list[str]:
	return server.get_names("Report", {"module": MODULE, "disabled": 0})


def expect_form(desk: Desk, doctype: str, name: str) -> None:
	"""The form shows a field: a script that failed while setting it up leaves it empty."""
	desk.go("Form", doctype, name)
	labels = desk.shown.locator(".frappe-control[data-fieldname] :is(.control-label, .label-area):visible")
	expect(labels.first).to_be_visible()
