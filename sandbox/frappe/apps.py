"""Apps and their hooks, dotted paths, whitelisted functions and background jobs."""

import importlib
import inspect
import json
import types
from pathlib import Path

from frappe.context import local
from frappe.exceptions import PermissionError
from frappe.messages import bold, throw
from frappe.types import NotInSandbox, _dict

KNOWN_HOOKS = json.loads(Path(__file__).parents[1].joinpath("known_hooks.json").read_text())
CORE_APPS = ["frappe", "erpnext"]
whitelisted, guest_methods = [], []
allowed_http_methods_for_whitelisted_func = {}
_hooks = {}
clear_hooks = _hooks.clear


def get_installed_apps():
	"""Return the names of the installed apps, the framework first."""
	from frappe import defaults

	installed = defaults.get_default("installed_apps", "__global")
	return json.loads(installed) if installed else list(CORE_APPS)


def set_installed_apps(apps):
	from frappe import defaults

	defaults.set_default("installed_apps", json.dumps(apps), "__global")
	clear_hooks()


def get_hooks(hook=None, default=None, app_name=None):
	"""Return the values of one hook (all hooks without one) as a list or a dict of lists."""
	if app_name not in _hooks:
		_hooks[app_name] = _load_hooks([app_name] if app_name else get_installed_apps())
	return _hooks[app_name].get(hook, [] if default is None else default) if hook else _hooks[app_name]


def _load_hooks(apps):
	hooks = _dict()
	for app in apps:
		for key, value in vars(importlib.import_module(f"{app}.hooks")).items():
			if key.startswith("_") or isinstance(value, types.ModuleType | types.FunctionType | type):
				continue
			if not any(key in keys for keys in KNOWN_HOOKS.values()):
				raise NotInSandbox(f"The sandbox does not know the hook {key} of {app}")
			append_hook(hooks, key, value)
	return hooks


def append_hook(target, key, value):
	"""Collect `value` under `key`: dicts merge key by key, everything else becomes a list."""
	if isinstance(value, dict):
		inner = target.setdefault(key, {})
		for inner_key, inner_value in value.items():
			append_hook(inner, inner_key, inner_value)
	else:
		target.setdefault(key, []).extend(value if isinstance(value, list) else [value])


def get_doc_hooks():
	"""Return the handlers of `doc_events` by DocType and event; a tuple key stands for several DocTypes."""
	if "doc_hooks" not in _hooks:
		_hooks["doc_hooks"] = {}
		for doctypes, events in get_hooks("doc_events", {}).items():
			for doctype in doctypes if isinstance(doctypes, tuple) else (doctypes,):
				append_hook(_hooks["doc_hooks"], doctype, events)
	return _hooks["doc_hooks"]


get_module = importlib.import_module


def get_attr(method_string):
	"""Return the object at a dotted path."""
	module_name, _dot, name = method_string.rpartition(".")
	return getattr(importlib.import_module(module_name), name)


def get_app_path(app_name, *joins):
	return str(Path(importlib.import_module(app_name).__file__).parent.joinpath(*joins))


def scrub(text):
	return text.replace(" ", "_").replace("-", "_").lower()


def unscrub(text):
	return text.replace("_", " ").replace("-", " ").title()


def call(fn, *args, **kwargs):
	"""Call `fn` (or the function at that path) with those of the keyword arguments that it takes."""
	fn = get_attr(fn) if isinstance(fn, str) else fn
	parameters = inspect.signature(fn).parameters.values()
	takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
	names = {parameter.name for parameter in parameters} - {"ignore_permissions", "flags"}
	return fn(*args, **{key: value for key, value in kwargs.items() if takes_all or key in names})


def whitelist(allow_guest=False, xss_safe=False, methods=None):
	"""Decorator: make a function callable over HTTP; argument types are not checked here."""

	def decorate(fn):
		whitelisted.append(fn)
		allowed_http_methods_for_whitelisted_func[fn] = methods or ["GET", "POST", "PUT", "DELETE"]
		if allow_guest:
			guest_methods.append(fn)
		return fn

	return decorate


def is_whitelisted(method):
	"""Raise PermissionError unless the session's user may call `method` over HTTP."""
	if method not in whitelisted or (local.session.user == "Guest" and method not in guest_methods):
		name = bold(f"{method.__module__}.{method.__name__}")
		throw(
			f"You are not permitted to access this resource. Function {name} is not whitelisted.",
			PermissionError,
		)


def enqueue(method, now=False, **kwargs):
	"""Run a background job: at once if `now`, else after the next commit."""
	if now:
		return call(method, **kwargs)
	local.db.after_commit.add(lambda: call(method, **kwargs))


def setup_module_map(include_all_apps=True): ...
