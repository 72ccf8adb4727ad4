"""Makes a site: the core DocTypes with the rows of a site that is set up, then the app, as `bench install-app`."""

import json
from pathlib import Path
from unittest.mock import patch

import frappe
from frappe import context
from frappe.apps import CORE_APPS, clear_hooks, set_installed_apps
from frappe.model.controllers import CORE_MODULES, clear_controllers
from frappe.model.meta import clear_metas
from frappe.model.sync import create_bootstrap_tables, read_short_form, sync_doctype

HERE = Path(__file__).parent
APP = "crm_pipeline"


def create_site(path=":memory:"):
	"""Make a site in a file or in memory and connect to it as Administrator, in tests' mode."""
	open_site(path)
	frappe.flags.in_install = True
	definitions = {}
	for app in CORE_APPS:
		definitions.update(read_short_form(HERE / "doctypes" / f"{app}.json"))
	create_bootstrap_tables(definitions)
	for definition in definitions.values():
		sync_doctype(definition)
	for app, modules in CORE_MODULES.items():
		for module in modules:
			frappe.get_doc(doctype="Module Def", module_name=module, app_name=app).insert()
	for record in json.loads((HERE / "records.json").read_text()):
		frappe.get_doc(record).insert(set_name=record.get("name"), ignore_permissions=True)
	set_installed_apps(CORE_APPS)
	install_app(APP)
	frappe.flags.in_test = True


def open_site(path=":memory:"):
	"""Connect to a site as Administrator; one connection at a time."""
	if context.local.db:
		context.local.db.close()
	context.local.db = None
	context.site_path.database = str(path)
	for forget in (frappe.init, clear_metas, clear_controllers, clear_hooks, frappe.cache.flush):
		forget()
	frappe.connect()


def install_app(app):
	"""Install an app as bench does: hooks, DocTypes, roles, modules, `after_install`."""
	frappe.flags.in_install = app
	with patch(f"{app}.preconditions.validate_database"):  # SQLite stands in for MariaDB
		_run_hooks(app, "before_install")
	sync_app(app)
	set_installed_apps([*frappe.get_installed_apps(), app])
	_run_hooks(app, "after_install")
	frappe.flags.in_install = False
	frappe.db.commit()


def migrate(app=APP):
	"""Bring the app's DocTypes up to date and run its hooks."""
	_run_hooks(app, "before_migrate")
	sync_app(app)
	_run_hooks(app, "after_migrate")
	frappe.db.commit()


def sync_app(app):
	"""Write the app's modules, DocTypes, their roles and reports."""
	for module in Path(frappe.get_app_path(app), "modules.txt").read_text().splitlines():
		if not frappe.db.exists("Module Def", module):
			frappe.get_doc(doctype="Module Def", module_name=module, app_name=app).insert()
		folder = Path(frappe.get_app_path(app), frappe.scrub(module))
		for path in sorted(folder.glob("doctype/*/*.json")):
			definition = json.loads(path.read_text())
			_insert_roles(definition)
			sync_doctype(definition)
		for path in sorted(folder.glob("report/*/*.json")):
			report = json.loads(path.read_text())
			frappe.delete_doc("Report", report["name"], force=True)
			frappe.get_doc(report).insert()


def _insert_roles(definition):
	for rule in definition.get("permissions", []):
		if not frappe.db.exists("Role", rule["role"]):
			frappe.get_doc(doctype="Role", role_name=rule["role"]).insert()


def _run_hooks(app, hook):
	for path in frappe.get_hooks(hook, app_name=app):
		frappe.get_attr(path)()
