"""The workspace: what it names exists, and who opens it sees what they may use."""

import json
import unittest
from pathlib import Path
from unittest.mock import patch

import frappe

import crm_pipeline
from crm_pipeline import hooks
from crm_pipeline.constants import OPPORTUNITY
from crm_pipeline.dashboard import set_up
from crm_pipeline.tests import desk, personas
from crm_pipeline.tests.base import PipelineTestCase, site_only

APP = Path(crm_pipeline.__file__).parent
MODULE = "CRM Pipeline"
WORKSPACE = "CRM Pipeline"
HAS_SIDEBARS = bool(frappe.db.exists("DocType", "Workspace Sidebar"))
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


def get_navigation(folder: str) -> dict:
	"""Return what the desk of Frappe 16 reads at the root of the app."""
	return json.loads((APP / folder / "crm_pipeline.json").read_text())


def does_link_exist(doctype: str, name: str) -> bool:
	if doctype == "Workspace":
		return name == get_workspace()["name"]
	return name in get_shipped("Report") if doctype == "Report" else bool(frappe.db.exists(doctype, name))


def slug(name: str) -> str:
	return name.lower().replace(" ", "-")


class TestDefinition(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.workspace = get_workspace()

	def test_it_stands_on_the_first_level_with_the_card_sales_pipeline_and_the_link_opportunity(self):
		"""Frappe 15 folds up what has a parent."""
		self.assertEqual((self.workspace["title"], self.workspace["parent_page"]), (WORKSPACE, ""))
		card, link = self.workspace["links"][:2]
		self.assertEqual((card["type"], card["label"]), ("Card Break", "Sales Pipeline"))
		self.assertEqual((link["label"], link["link_to"]), ("Opportunity", OPPORTUNITY))

	def test_every_link_leads_somewhere(self):
		links = [row for row in self.workspace["links"] if row["type"] == "Link"]
		links += [{**row, "link_type": row["type"]} for row in self.workspace["shortcuts"]]
		self.assertGreater(len(links), 10)
		for link in links:
			with self.subTest(link["label"]):
				self.assertTrue(does_link_exist(link["link_type"], link["link_to"]))

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


class TestOnboarding(PipelineTestCase):
	def setUp(self):
		super().setUp()
		[self.onboarding] = desk.get_definitions("module_onboarding")
		self.steps = {step["name"]: step for step in desk.get_definitions("onboarding_step")}

	def test_the_workspace_and_the_sidebar_show_it(self):
		blocks = json.loads(get_workspace()["content"])
		shown = [block["data"]["onboarding_name"] for block in blocks if block["type"] == "onboarding"]
		self.assertEqual(shown, [self.onboarding["name"]])
		self.assertEqual(get_navigation("workspace_sidebar")["module_onboarding"], self.onboarding["name"])

	def test_its_steps_are_those_of_the_app(self):
		self.assertCountEqual([row["step"] for row in self.onboarding["steps"]], self.steps)

	def test_every_step_leads_somewhere(self):
		tours = {tour["name"] for tour in desk.get_definitions("form_tour")}
		slugs = {slug(name) for name in frappe.get_all("DocType", {"module": MODULE}, pluck="name")}
		for step in self.steps.values():
			with self.subTest(step["name"]):
				self.assertTrue(step["action_label"])
				if step["action"] == "Go to Page":
					self.assertIn(step["path"].split("/")[0], slugs)
				else:
					self.assertTrue(frappe.db.exists("DocType", step["reference_document"]))
					self.assertIn(step["form_tour"], tours)


class TestNavigationOfVersion16(PipelineTestCase):
	def setUp(self):
		super().setUp()
		self.sidebar, self.icon = get_navigation("workspace_sidebar"), get_navigation("desktop_icon")

	def test_the_icon_says_where_it_leads_or_the_framework_stops_making_icons_at_it(self):
		self.assertTrue(self.icon["link"])

	def test_the_folders_at_the_root_of_the_app_hold_json_only(self):
		for folder in ("workspace_sidebar", "desktop_icon"):
			self.assertEqual([path.name for path in (APP / folder).iterdir()], ["crm_pipeline.json"], folder)

	def test_the_icon_opens_the_sidebar(self):
		self.assertEqual(
			(self.icon["link_type"], self.icon["link_to"]), ("Workspace Sidebar", self.sidebar["name"])
		)
		self.assertEqual(self.icon["label"], self.sidebar["title"])  # the desk finds it by its label
		self.assertEqual({self.icon["app"], self.sidebar["app"]}, {hooks.app_name})

	def test_the_icon_is_the_one_of_the_app(self):
		"""Another of this name would be made from add_to_apps_screen, and be refused."""
		self.assertEqual((self.icon["icon_type"], self.icon["label"]), ("App", hooks.app_title))

	def test_the_icon_is_drawn_in_each_style(self):
		for style in ("solid", "subtle"):
			path = APP / f"public/icons/desktop_icons/{style}/{frappe.scrub(self.icon['label'])}.svg"
			self.assertIn("<svg", path.read_text())

	def test_every_link_leads_somewhere(self):
		for item in self.sidebar["items"]:
			if item["type"] == "Link":
				with self.subTest(item["label"]):
					self.assertTrue(does_link_exist(item["link_type"], item["link_to"]))

	def test_it_has_every_link_of_the_workspace(self):
		linked = {item.get("link_to") for item in self.sidebar["items"]}
		self.assertLessEqual(
			{row["link_to"] for row in get_workspace()["links"] if row["type"] == "Link"}, linked
		)


class TestAppsScreen(PipelineTestCase):
	def setUp(self):
		super().setUp()
		[self.entry] = hooks.add_to_apps_screen

	def test_it_leads_to_the_workspace(self):
		self.assertEqual(self.entry["route"].split("/")[-1], slug(WORKSPACE))
		self.assertEqual((self.entry["name"], self.entry["title"]), (hooks.app_name, hooks.app_title))

	def test_its_picture_exists(self):
		prefix = f"/assets/{hooks.app_name}/"
		self.assertTrue(self.entry["logo"].startswith(prefix))
		self.assertTrue((APP / "public" / self.entry["logo"].removeprefix(prefix)).exists())

	def test_only_who_may_read_opportunities_sees_it(self):
		may_enter = frappe.get_attr(self.entry["has_permission"])
		for user in (personas.ENGINEER, personas.MANAGER, personas.APPLICATION_ENGINEER, personas.ORG_ADMIN):
			frappe.set_user(user)
			self.assertTrue(may_enter(), user)
		frappe.set_user(personas.OUTSIDER)
		self.assertFalse(may_enter())


@site_only("the desk's workspaces")
class TestDesk(PipelineTestCase):
	def test_an_engineer_finds_the_workspace_on_the_first_level(self):
		from frappe.desk.desktop import get_workspace_sidebar_items

		frappe.set_user(personas.ENGINEER)
		pages = {page["name"]: page for page in get_workspace_sidebar_items()["pages"]}
		self.assertIn(WORKSPACE, pages)
		self.assertFalse(pages[WORKSPACE]["parent_page"])

	def test_an_engineer_sees_cards_and_charts_but_no_settings(self):
		from frappe.desk.desktop import get_desktop_page

		frappe.set_user(personas.ENGINEER)
		page = get_desktop_page(json.dumps({"name": WORKSPACE, "title": WORKSPACE, "public": 1}))
		workspace = get_workspace()
		self.assertEqual(len(page["number_cards"]["items"]), len(workspace["number_cards"]))
		self.assertEqual(len(page["charts"]["items"]), len(workspace["charts"]))
		links = {link["link_to"] for card in page["cards"]["items"] for link in card["links"]}
		self.assertIn(OPPORTUNITY, links)
		self.assertNotIn("Pipeline Settings", links)


@unittest.skipUnless(HAS_SIDEBARS, "Frappe 15 draws its navigation from the workspaces alone")
class TestDeskOfVersion16(PipelineTestCase):
	def get_bootinfo(self, user: str):
		from frappe.boot import get_sidebar_items

		frappe.set_user(user)
		frappe.get_user().build_permissions()  # as the boot does before
		return frappe._dict(workspace_sidebar_item=get_sidebar_items([WORKSPACE]))

	def get_icons(self, user: str) -> set[str]:
		from frappe.desk.doctype.desktop_icon.desktop_icon import get_desktop_icons

		bootinfo = self.get_bootinfo(user)
		frappe.cache.delete_key("desktop_icons")
		self.addCleanup(frappe.cache.delete_key, "desktop_icons")
		return {icon["label"] for icon in get_desktop_icons(bootinfo=bootinfo)}

	def test_an_engineer_finds_links_and_onboarding_in_the_sidebar_but_no_settings(self):
		sidebar = self.get_bootinfo(personas.ENGINEER).workspace_sidebar_item[WORKSPACE.lower()]
		links = [item["link_to"] for item in sidebar["items"]]
		self.assertEqual(links[0], WORKSPACE)
		self.assertIn(OPPORTUNITY, links)
		self.assertNotIn("Pipeline Settings", links)
		self.assertEqual(
			sidebar["module_onboarding"], get_navigation("workspace_sidebar")["module_onboarding"]
		)

	def test_the_icon_stands_on_the_desktop_of_who_may_read_opportunities(self):
		self.assertIn(WORKSPACE, self.get_icons(personas.ENGINEER))
		self.assertNotIn(WORKSPACE, self.get_icons(personas.OUTSIDER))

	def test_uninstall_takes_sidebar_and_icon_away_and_leaves_their_files(self):
		frappe.set_user("Administrator")
		with patch.dict(frappe.conf, developer_mode=1):
			set_up.delete_navigation()
		for doctype in ("Workspace Sidebar", "Desktop Icon"):
			self.assertFalse(frappe.get_all(doctype, filters={"app": hooks.app_name}), doctype)
		self.assertTrue(get_navigation("workspace_sidebar") and get_navigation("desktop_icon"))
