"""The class of a DocType: the app's own, or a plain Document for the core DocTypes that need no code."""

import importlib
import importlib.util

import frappe

CORE_MODULES = {
	"frappe": ("Core", "Desk", "Contacts", "Custom", "Email", "Geo", "Automation"),
	"erpnext": ("Accounts", "Buying", "CRM", "ERPNext Selling", "Selling", "Setup", "Stock"),
}

_controllers = {}


def clear_controllers():
	_controllers.clear()


def get_controller(doctype):
	"""Return the class of a DocType."""
	if doctype not in _controllers:
		_controllers[doctype] = _import_controller(frappe.get_meta(doctype))
	return _controllers[doctype]


def _import_controller(meta):
	module = get_controller_module(meta)
	class_name = meta.name.replace(" ", "").replace("-", "")
	return getattr(module, class_name) if module else _get_plain_class(meta)


def get_controller_module(meta):
	"""Return the module of a DocType's class; None for a core DocType that has none."""
	app = get_module_app(meta.module)
	folder = frappe.scrub(meta.name)
	path = f"{app}.{frappe.scrub(meta.module)}.doctype.{folder}.{folder}"
	if app in CORE_MODULES and not _has_module(path):
		return None
	return importlib.import_module(path)


def _get_plain_class(meta):
	from frappe.model.document import Document
	from frappe.utils.nestedset import NestedSet

	return NestedSet if meta.is_nested_set() else Document


def _has_module(path):
	try:
		return importlib.util.find_spec(path) is not None
	except ModuleNotFoundError:
		return False


def get_module_app(module):
	"""Return the app that a module belongs to."""
	for app, modules in CORE_MODULES.items():
		if module in modules:
			return app
	return frappe.scrub(frappe.db.get_value("Module Def", module, "app_name"))
