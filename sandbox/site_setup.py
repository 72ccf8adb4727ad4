"""Makes a site: the core DocTypes with the rows of a site that is set up, then the app, as `bench install-app`."""

import json
from contextlib import contextmanager
from pathlib import Path

import frappe
from frappe import context
from frappe.apps import CORE_APPS, clear_hooks, set_installed_apps
from frappe.model.controllers import CORE_MODULES, clear_controllers
from frappe.model.meta import clear_metas
from frappe.model.sync import create_bootstrap_tables, read_short_form, sync_doctype

HERE = Path(__file__).parent
APP = "crm_pipeline"
LEAD_DOCTYPES = ("Lead",)


def create_site(path=":memory:", lead=True, install=True):
	"""Make a site and connect to it as Administrator, in tests' mode.

	`path` is a file or ":memory:"; without `lead` the site has no DocType Lead; without `install` only the core.
	"""
	open_site(path)
	frappe.flags.in_install = True
	_sync_core(lead)
	_insert_records()
	set_installed_apps(CORE_APPS)
	frappe.flags.in_install = False
	if install:
		install_app(APP)
	frappe.db.commit()
	frappe.flags.in_test = True


def open_site(path=":memory:"):
	"""Connect to a site as Administrator; one connection at a time."""
	if context.local.db:
		context.local.db.close()
	_connect(path)


@contextmanager
def other_site(**options):
	"""Work on another new site in memory for a while, then on the one before."""
	path, db = context.site_path.database, context.local.db
	context.local.db = None
	create_site(**options)
	try:
		yield
	finally:
		frappe.db.close()
		_connect(path, db=db)


def _connect(path, db=None):
	context.local.db = db
	context.site_path.database = str(path)
	for forget in (frappe.init, clear_metas, clear_controllers, clear_hooks, frappe.cache.flush):
		forget()
	frappe.connect()


def _sync_core(lead):
	definitions = {}
	for app in CORE_APPS:
		definitions.update(read_short_form(HERE / "doctypes" / f"{app}.json"))
	for name in LEAD_DOCTYPES if not lead else ():
		del definitions[name]
	create_bootstrap_tables(definitions)
	for definition in definitions.values():
		sync_doctype(definition)


def _insert_records():
	for app, modules in CORE_MODULES.items():
		for module in modules:
			frappe.get_doc(doctype="Module Def", module_name=module, app_name=app).insert()
	for record in json.loads((HERE / "records.json").read_text()):
		doc = frappe.get_doc(record)
		doc.insert(set_name=record.get("name"), ignore_permissions=True)


def install_app(app):
	"""Install an app as bench does: hooks, DocTypes, roles, modules, `after_install`."""
	frappe.flags.in_install = app
	_run_hooks(app, "before_install")
	sync_app(app)
	set_installed_apps([*frappe.get_installed_apps(), app])
	_run_hooks(app, "after_install")
	frappe.flags.in_install = False
	frappe.db.commit()


def migrate(app=APP):
	"""Bring the app's DocTypes up to date and run its `after_migrate`."""
	frappe.flags.in_migrate = True
	sync_app(app)
	_run_hooks(app, "after_migrate")
	frappe.flags.in_migrate = False
	frappe.db.commit()


def uninstall_app(app=APP):
	"""Remove the app's DocTypes, reports and modules, as `bench uninstall-app`."""
	_run_hooks(app, "before_uninstall")
	for module in get_modules(app):
		for doctype in frappe.get_all("DocType", {"module": module}, pluck="name"):
			_drop_doctype(doctype)
		frappe.db.delete("Report", {"module": module})
		frappe.db.delete("Custom Field", {"module": module})
		frappe.db.delete("Module Def", module)
	set_installed_apps([name for name in frappe.get_installed_apps() if name != app])
	_run_hooks(app, "after_uninstall")
	frappe.clear_cache()
	frappe.db.commit()


def _drop_doctype(doctype):
	is_single = frappe.get_meta(doctype).issingle
	for table, column in (("DocType", "name"), ("DocField", "parent"), ("DocPerm", "parent")):
		frappe.db.delete(table, {column: doctype})
	if is_single:
		frappe.db.sql("delete from tabSingles where doctype = %s", (doctype,))
	else:
		frappe.db.sql_ddl(f"drop table `tab{doctype}`")
	frappe.clear_cache(doctype=doctype)


def sync_app(app):
	"""Write the app's modules, DocTypes, their roles and reports."""
	for module in get_modules(app):
		if not frappe.db.exists("Module Def", module):
			frappe.get_doc(doctype="Module Def", module_name=module, app_name=app).insert()
		folder = Path(frappe.get_app_path(app), frappe.scrub(module))
		definitions = [json.loads(path.read_text()) for path in sorted(folder.glob("doctype/*/*.json"))]
		for definition in definitions:
			_insert_roles(definition)
			sync_doctype(definition)
		for path in sorted(folder.glob("report/*/*.json")):
			_insert_report(json.loads(path.read_text()))


def get_modules(app):
	return Path(frappe.get_app_path(app), "modules.txt").read_text().splitlines()


def _insert_roles(definition):
	for rule in definition.get("permissions", []):
		if not frappe.db.exists("Role", rule["role"]):
			frappe.get_doc(doctype="Role", role_name=rule["role"]).insert()


def _insert_report(record):
	frappe.delete_doc("Report", record["name"], force=True)
	frappe.get_doc(record).insert()


def _run_hooks(app, hook):
	for path in frappe.get_hooks(hook, app_name=app):
		frappe.get_attr(path)()
