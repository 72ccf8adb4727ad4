"""Whatever stopped an install, the next one or a migrate finishes it; and what an admin deleted stays away."""

from contextlib import ExitStack
from unittest.mock import Mock, patch

import frappe

from crm_pipeline import built_on, custom_fields, hooks, install, preconditions, uninstall
from crm_pipeline.constants import ITEM_ROW, OPPORTUNITY
from crm_pipeline.patches.v0_1 import mark_as_set_up
from crm_pipeline.tests.base import PipelineTestCase, site_only

APP, MODULE = "crm_pipeline", "CRM Pipeline"
REASON = "No budget"


class InstallTestCase(PipelineTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.set_user("Administrator")
		stack = ExitStack()
		self.addCleanup(stack.close)
		# DDL commits
		for owner, name in (
			(custom_fields, "create"),
			(install, "set_up_sequence"),
			(install.indexes, "make_all"),
			(uninstall.naming, "drop_sequence"),
			(uninstall.indexes, "drop_from_others"),
		):
			stack.enter_context(patch.object(owner, name))

	def forget_mark(self) -> None:
		frappe.db.delete("DefaultValue", {"defkey": install.SET_UP})

	def has_seed(self) -> bool:
		return bool(frappe.db.exists("Pipeline Lost Reason", REASON))


class TestAfterInstall(InstallTestCase):
	def test_what_fails_in_it_takes_the_app_off_the_list_again(self):
		for error in (frappe.ValidationError, KeyboardInterrupt):
			calls, frappe.flags.in_install = Mock(), APP
			with (
				patch.object(install, "set_up", side_effect=error),
				patch.object(install, "remove_from_installed_apps", calls.remove),
				patch.object(frappe.db, "rollback", calls.rollback),
				self.assertRaises(error),
			):
				install.after_install()
			self.assertEqual([name for name, *_rest in calls.mock_calls], ["rollback", "remove"])
			calls.remove.assert_called_with(APP)
			self.assertFalse(frappe.flags.in_install)

	def test_nothing_takes_it_off_otherwise(self):
		with patch.object(install, "remove_from_installed_apps") as remove:
			install.after_install()
		remove.assert_not_called()
		self.assertTrue(install.is_set_up())

	def test_the_mark_comes_last(self):
		self.forget_mark()
		with patch.object(install.desk, "make_board", side_effect=KeyError), self.assertRaises(KeyError):
			install.set_up()
		self.assertFalse(install.is_set_up())


class TestMigrate(InstallTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.delete_doc("Pipeline Lost Reason", REASON)

	def test_indexes_that_are_no_longer_so_go_before_a_column_grows(self):
		self.assertEqual(hooks.before_migrate, "crm_pipeline.install.before_migrate")
		with patch.object(install.indexes, "drop_outdated") as drop_outdated:
			install.before_migrate()
		drop_outdated.assert_called_once()

	def test_it_completes_an_install_that_was_killed(self):
		self.forget_mark()
		frappe.delete_doc("Kanban Board", install.desk.BOARD)
		install.after_migrate()
		self.assertTrue(self.has_seed() and install.is_set_up())
		self.assertTrue(frappe.db.exists("Kanban Board", install.desk.BOARD))

	def test_it_brings_nothing_back_that_was_deleted(self):
		install.after_migrate()
		self.assertFalse(self.has_seed())

	def test_nor_on_a_site_from_before_there_was_the_mark(self):
		self.forget_mark()
		mark_as_set_up.execute()
		install.after_migrate()
		self.assertFalse(self.has_seed())

	def test_an_install_that_came_to_no_field_is_not_taken_for_such_a_site(self):
		self.forget_mark()
		frappe.db.delete("Custom Field", {"module": MODULE})
		mark_as_set_up.execute()
		self.assertFalse(install.is_set_up())


class TestBeforeInstall(InstallTestCase):
	def setUp(self) -> None:
		super().setUp()
		frappe.get_doc({"doctype": "Patch Log", "patch": f"{APP}.patches.v0_1.of_a_test"}).insert()

	def run_it(self, hook=install.before_install, installed=("frappe", "erpnext"), **validate) -> None:
		with (
			patch.object(preconditions, "validate", **validate),
			patch.object(frappe, "get_installed_apps", lambda: list(installed)),
		):
			hook()

	def get_notes(self) -> list[bool]:
		patches = frappe.db.exists("Patch Log", {"patch": ("like", f"{APP}.%")})
		return [bool(frappe.db.exists("Module Def", MODULE)), bool(patches), install.is_set_up()]

	def test_what_an_install_that_stopped_left_behind_goes(self):
		self.run_it()
		self.assertEqual(self.get_notes(), [False, False, False])

	def test_it_stays_where_the_app_is_refused(self):
		with self.assertRaises(frappe.IncompatibleApp):
			self.run_it(side_effect=frappe.IncompatibleApp)
		self.assertEqual(self.get_notes(), [True, True, True])

	def test_it_goes_with_the_app_but_not_in_a_dry_run(self):
		for installed, expected in ((("frappe", "erpnext", APP), True), (("frappe", "erpnext"), False)):
			self.run_it(uninstall.after_uninstall, installed)
			self.assertEqual(self.get_notes(), [expected] * 3)


@site_only("what sites build on DocTypes")
class TestBuiltOn(InstallTestCase):
	def make(self, doctype: str, **values) -> tuple[str, str]:
		"""Write a row past its controller: some define columns, which could not be undone."""
		values = {"name": f"Built {doctype}", **values}
		frappe.get_doc({"doctype": doctype, **values}).db_insert()
		return doctype, values["name"]

	def test_it_is_named_and_breaks_nothing(self):
		made = [
			self.make(
				"Notification",
				document_type=OPPORTUNITY,
				enabled=1,
				subject="x",
				event="New",
				channel="Email",
			),
			self.make("Webhook", webhook_doctype=OPPORTUNITY, enabled=1, request_url="https://example.com"),
			self.make("Email Account", append_to=OPPORTUNITY, email_id="sales@example.com"),
			self.make("Workflow", document_type=OPPORTUNITY, workflow_name="x", is_active=1),
			self.make("Number Card", document_type=OPPORTUNITY, label="x"),
			self.make(
				"Custom Field", dt="Customer", fieldname="custom_deal", fieldtype="Link", options=OPPORTUNITY
			),
			self.make(
				"Custom Field",
				dt="Lead",
				fieldname="custom_rows",
				fieldtype="Table",
				options=ITEM_ROW,
				name="Built table",
			),
		]
		lines = built_on.let_go([OPPORTUNITY, ITEM_ROW])
		self.addCleanup(frappe.clear_cache)
		for doctype, name in made[:5]:
			self.assertTrue(any(line.startswith(f"{doctype} {name}: ") for line in lines), doctype)
		self.assertFalse(frappe.db.get_value("Notification", "Built Notification", "enabled"))
		self.assertFalse(frappe.db.get_value("Email Account", "Built Email Account", "append_to"))
		self.assertFalse(frappe.db.exists("Workflow", "Built Workflow"))
		self.assertIn("Custom Field Customer custom_deal: a text from now on", lines)
		self.assertEqual(frappe.db.get_value("Custom Field", "Built Custom Field", "fieldtype"), "Data")
		self.assertIn("Custom Field Lead custom_rows: removed", lines)

	def test_what_the_app_brings_itself_is_left_to_the_framework(self):
		uninstall.rule.delete()
		uninstall.desk.delete_boards()
		self.assertEqual(built_on.let_go([OPPORTUNITY]), [])


class TestRoles(InstallTestCase):
	ROLE = "Application Engineer"

	def test_uninstalling_takes_the_role_along(self):
		uninstall.delete_roles()
		self.assertFalse(
			frappe.db.exists("Role", self.ROLE) or frappe.db.exists("Has Role", {"role": self.ROLE})
		)

	def test_but_not_where_other_doctypes_have_rules_for_it(self):
		frappe.get_doc(
			{"doctype": "Custom DocPerm", "parent": "ToDo", "role": self.ROLE, "read": 1}
		).db_insert()
		uninstall.delete_roles()
		self.assertTrue(
			frappe.db.exists("Role", self.ROLE) and frappe.db.exists("Has Role", {"role": self.ROLE})
		)
