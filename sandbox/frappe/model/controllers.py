"""The class of a DocType: the app's own, or a plain Document for the core DocTypes that need no code."""

import importlib
from importlib.util import find_spec

import frappe
from frappe.absent import ABSENT

CORE_MODULES = {
	"frappe": ("Core", "Desk", "Contacts", "Custom", "Email", "Geo", "Automation", "Website", "Workflow"),
	"erpnext": ("Accounts", "Buying", "CRM", "ERPNext Selling", "Selling", "Setup", "Stock"),
}
_controllers = {}
clear_controllers = _controllers.clear


def get_controller(doctype):
	"""Return the class of a DocType."""
	if doctype not in _controllers:
		meta = frappe.get_meta(doctype)
		module = get_controller_module(meta)
		class_name = meta.name.replace(" ", "").replace("-", "")
		_controllers[doctype] = getattr(module, class_name) if module else _get_plain_class(meta)
	return _controllers[doctype]


def get_controller_module(meta):
	"""Return the module of a DocType's class; None for a core DocType that has none."""
	app = get_module_app(meta.module)
	folder = frappe.scrub(meta.name)
	path = f"{app}.{frappe.scrub(meta.module)}.doctype.{folder}.{folder}"
	return importlib.import_module(path) if app not in CORE_MODULES or _exists(path) else None


def _exists(path):
	try:
		return path not in ABSENT and find_spec(path) is not None
	except ModuleNotFoundError:
		return False


def _get_plain_class(meta):
	from frappe.model.document import Document
	from frappe.utils.nestedset import NestedSet

	return NestedSet if meta.is_nested_set() else Document


def get_module_app(module):
	"""Return the app that a module belongs to."""
	core = (app for app, modules in CORE_MODULES.items() if module in modules)
	return next(core, None) or frappe.scrub(frappe.db.get_value("Module Def", module, "app_name"))
