"""The workspace: what it names exists, and who opens it sees what they may use."""

import json
from pathlib import Path

import frappe

import crm_pipeline
from crm_pipeline.crm_pipeline.desk import set_up
from crm_pipeline.tests import desk, personas
from crm_pipeline.tests.base import OPPORTUNITY, PipelineTestCase, site_only

APP = Path(crm_pipeline.__file__).parent
# block of the workspace's content → (key of its name, table that holds it, field that is named)
BLOCKS = {
	"number_card": ("number_card_name", "number_cards", "label"),
	"chart": ("chart_name", "charts", "label"),
	"shortcut": ("shortcut_name", "shortcuts", "label"),
	"card": ("card_name", "links", "label"),
}
# DocType of a record the app ships → its folder
SHIPPED = {"Report": "report", "Number Card": "number_card", "Dashboard Chart": "dashboard_chart"}


def get_workspace() -> dict:
	[workspace] = desk.get_definitions("workspace")
	return workspace


def get_shipped(doctype: str) -> set[str]:
	return {definition["name"] for definition in desk.get_definitions(SHIPPED[doctype])}


class TestDefinition(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.workspace = get_workspace()

	def test_it_stands_under_crm_with_the_card_sales_pipeline_and_the_link_opportunity(self):
		self.assertEqual((self.workspace["title"], self.workspace["parent_page"]), ("CRM Pipeline", "CRM"))
		card, link = self.workspace["links"][:2]
		self.assertEqual((card["type"], card["label"]), ("Card Break", "Sales Pipeline"))
		self.assertEqual((link["label"], link["link_to"]), ("Opportunity", OPPORTUNITY))

	def test_every_link_leads_somewhere(self):
		links = [row for row in self.workspace["links"] if row["type"] == "Link"]
		links += [{**row, "link_type": row["type"]} for row in self.workspace["shortcuts"]]
		self.assertGreater(len(links), 10)
		for link in links:
			with self.subTest(link["label"]):
				if link["link_type"] == "Report":
					self.assertIn(link["link_to"], get_shipped("Report"))
				else:
					self.assertTrue(frappe.db.exists(link["link_type"], link["link_to"]))

	def test_every_report_of_the_app_is_linked(self):
		linked = {row.get("link_to") for row in self.workspace["links"]}
		self.assertLessEqual(get_shipped("Report"), linked)

	def test_every_card_and_chart_of_the_app_is_shown(self):
		cards = {row["number_card_name"] for row in self.workspace["number_cards"]}
		charts = {row["chart_name"] for row in self.workspace["charts"]}
		self.assertEqual(cards, get_shipped("Number Card"))
		self.assertEqual(charts, get_shipped("Dashboard Chart"))

	def test_the_page_shows_what_the_tables_hold(self):
		blocks = json.loads(self.workspace["content"])
		for kind, (key, table, fieldname) in BLOCKS.items():
			rows = [row for row in self.workspace[table] if table != "links" or row["type"] == "Card Break"]
			named = [block["data"][key] for block in blocks if block["type"] == kind]
			self.assertEqual(named, [row[fieldname] for row in rows], kind)

	def test_a_chart_is_titled_by_its_name(self):
		"""A click on a part of a chart finds the chart by the title of its widget."""
		for row in self.workspace["charts"]:
			self.assertEqual(row["label"], row["chart_name"])

	def test_the_methods_of_the_cards_may_be_called(self):
		for card in desk.get_definitions("number_card"):
			self.assertIn(frappe.get_attr(card["method"]), frappe.whitelisted)


class TestNavigationOfVersion16(PipelineTestCase):
	def test_the_folders_at_the_root_of_the_app_hold_json_only(self):
		for folder in ("workspace_sidebar", "desktop_icon"):
			self.assertEqual([path.name for path in (APP / folder).iterdir()], ["crm_pipeline.json"], folder)

	def test_every_link_leads_somewhere(self):
		sidebar = json.loads((APP / "workspace_sidebar/crm_pipeline.json").read_text())
		icon = json.loads((APP / "desktop_icon/crm_pipeline.json").read_text())
		self.assertEqual((icon["link_type"], icon["link_to"]), ("Workspace Sidebar", sidebar["name"]))
		for item in sidebar["items"]:
			if item["link_type"] == "Report":
				self.assertIn(item["link_to"], get_shipped("Report"))
			elif item["link_type"] == "Workspace":
				self.assertEqual(item["link_to"], get_workspace()["name"])
			elif item["type"] == "Link":
				self.assertTrue(frappe.db.exists(item["link_type"], item["link_to"]), item["link_to"])


@site_only("the desk's workspaces")
class TestPlace(PipelineTestCase):
	def get_parent(self) -> str:
		set_up.place_workspace()
		return frappe.db.get_value("Workspace", set_up.WORKSPACE, "parent_page")

	def test_without_a_workspace_crm_it_stands_on_the_first_level(self):
		frappe.db.delete("Workspace", {"title": "CRM"})
		frappe.db.set_value("Workspace", set_up.WORKSPACE, "parent_page", "CRM")
		self.assertEqual(self.get_parent(), "")

	def test_with_one_it_stays_under_it(self):
		frappe.db.delete("Workspace", {"title": "CRM"})
		frappe.get_doc(
			{"doctype": "Workspace", "name": "CRM", "title": "CRM", "label": "CRM", "public": 1}
		).db_insert()
		frappe.db.set_value("Workspace", set_up.WORKSPACE, "parent_page", "CRM")
		self.assertEqual(self.get_parent(), "CRM")

	def test_an_engineer_sees_cards_and_charts_but_no_settings(self):
		from frappe.desk.desktop import get_desktop_page

		frappe.set_user(personas.ENGINEER)
		page = get_desktop_page(
			json.dumps({"name": set_up.WORKSPACE, "title": set_up.WORKSPACE, "public": 1})
		)
		workspace = get_workspace()
		self.assertEqual(len(page["number_cards"]["items"]), len(workspace["number_cards"]))
		self.assertEqual(len(page["charts"]["items"]), len(workspace["charts"]))
		links = {link["link_to"] for card in page["cards"]["items"] for link in card["links"]}
		self.assertIn(OPPORTUNITY, links)
		self.assertNotIn("Pipeline Settings", links)
