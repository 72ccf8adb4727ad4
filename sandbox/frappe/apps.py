"""Apps and their hooks, dotted paths, whitelisted functions and background jobs."""

import importlib
import inspect
import json
import types
from pathlib import Path

from frappe.context import local
from frappe.exceptions import PermissionError, ValidationError
from frappe.messages import bold, log_error, throw
from frappe.types import NotInSandbox, _dict, refuse_unknown

HOOKS_ACTED_ON = {
	"after_install", "after_migrate", "after_uninstall", "before_install", "before_migrate", "before_uninstall",
	"doc_events", "has_permission", "ignore_links_on_delete", "permission_query_conditions",
	"persistent_cache_keys", "standard_queries",
}  # fmt: skip
# for the browser, the scheduler, other jobs of a real site
HOOKS_WITHOUT_EFFECT = {
	"add_to_apps_screen", "app_color", "app_description", "app_email", "app_home", "app_icon",
	"app_include_css", "app_include_js", "app_license", "app_logo_url", "app_name", "app_publisher",
	"app_title", "app_version", "auto_cancel_exempted_doctypes", "calendars", "communication_doctypes",
	"company_data_to_be_ignored", "default_log_clearing_doctypes", "doctype_calendar_js", "doctype_js",
	"doctype_list_js", "doctype_tree_js", "email_append_to", "export_python_type_annotations", "fixtures",
	"global_search_doctypes", "notification_config", "override_doctype_dashboards", "page_js",
	"require_type_annotated_api_methods", "required_apps", "scheduler_events", "treeviews", "user_data_fields",
}  # fmt: skip

whitelisted, guest_methods, xss_safe_methods = [], [], []
allowed_http_methods_for_whitelisted_func = {}
CORE_APPS = ["frappe", "erpnext"]


def get_installed_apps(*, _ensure_on_bench=False):
	"""Return the names of the installed apps, the framework first."""
	installed = local.db.get_global("installed_apps")
	return json.loads(installed) if installed else list(CORE_APPS)


def set_installed_apps(apps):
	local.db.set_global("installed_apps", json.dumps(apps))
	clear_hooks()


def clear_hooks():
	_hooks.clear()


_hooks = {}


def get_hooks(hook=None, default="_KEEP_DEFAULT_LIST", app_name=None):
	"""Return all hooks, or the values of one hook as a list (or dict of lists)."""
	if app_name not in _hooks:
		_hooks[app_name] = _load_hooks([app_name] if app_name else get_installed_apps())
	if not hook:
		return _hooks[app_name]
	return _hooks[app_name].get(hook, [] if default == "_KEEP_DEFAULT_LIST" else default)


def _load_hooks(apps):
	hooks = _dict()
	for app in apps:
		module = importlib.import_module(f"{app}.hooks")
		for key, value in vars(module).items():
			if key.startswith("_") or isinstance(value, types.ModuleType | types.FunctionType | type):
				continue
			if key not in HOOKS_ACTED_ON | HOOKS_WITHOUT_EFFECT:
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


def get_module(modulename):
	return importlib.import_module(modulename)


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
	names = {parameter.name for parameter in parameters}
	taken = {key: value for key, value in kwargs.items() if takes_all or key in names}
	taken.pop("ignore_permissions", None)
	taken.pop("flags", None)
	return fn(*args, **taken)


def whitelist(allow_guest=False, xss_safe=False, methods=None):
	"""Decorator: make a function callable over HTTP; in requests and tests its argument types are checked."""

	def decorate(fn):
		from frappe.utils.typing_validations import validate_argument_types

		fn = validate_argument_types(fn, lambda: bool(local.request or local.flags.in_test))
		whitelisted.append(fn)
		allowed_http_methods_for_whitelisted_func[fn] = methods or ["GET", "POST", "PUT", "DELETE"]
		if allow_guest:
			guest_methods.append(fn)
		if allow_guest and xss_safe:
			xss_safe_methods.append(fn)
		return fn

	return decorate


def is_whitelisted(method):
	"""Raise PermissionError unless the session's user may call `method` over HTTP."""
	if method not in whitelisted or (local.session.user == "Guest" and method not in guest_methods):
		name = bold(f"{method.__module__}.{method.__name__}")
		throw(
			"<details><summary>You are not permitted to access this resource.</summary>"
			f"Function {name} is not whitelisted.</details>",
			PermissionError,
			title="Method Not Allowed",
		)


def read_only():
	"""Decorator of functions that a real site may run on a replica."""
	return lambda fn: fn


def enqueue(
	method,
	queue="default",
	timeout=None,
	event=None,
	is_async=True,
	job_name=None,
	now=False,
	enqueue_after_commit=False,
	*,
	on_success=None,
	on_failure=None,
	at_front=False,
	job_id=None,
	deduplicate=False,
	**kwargs,
):
	"""Run a background job: at once if `now`, else after the next commit, in its own transaction."""
	refuse_unknown("frappe.enqueue", {"on_success": on_success, "on_failure": on_failure})
	if now or (not is_async and not local.flags.in_test):
		return call(method, **kwargs)
	if deduplicate and not job_id:
		throw("`job_id` paramater is required for deduplication.", ValidationError)
	if deduplicate and job_id in local.db.queued_jobs:
		return None
	local.db.queued_jobs.add(job_id)
	user = local.session.user
	local.db.after_commit.add(lambda: _execute_job(method, job_id, user, kwargs))


def _execute_job(method, job_id, user, kwargs):
	caller = local.session.user
	local.db.queued_jobs.discard(job_id)
	try:
		local.session.user = user
		call(method, **kwargs)
	except Exception:
		local.db.rollback()
		log_error(title=str(method))
	finally:
		local.db.commit()
		local.session.user = caller


def setup_module_map(include_all_apps=True):
	"""Modules are found in the database here; there is no map to refresh."""
