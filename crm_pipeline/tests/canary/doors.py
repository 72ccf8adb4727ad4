"""Finds every door of the site: whitelisted functions, methods of controllers, REST routes, web pages."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from pathlib import Path

import frappe
import frappe.api
from werkzeug.routing import Rule

APPS = ("frappe", "erpnext", "crm_pipeline")
LEFT_OUT = ("tests", "patches", "test_", "conftest", "commands")
# function → why nobody calls it here
SKIPPED = {
	"frappe.handler.logout": "ends the session",
	"frappe.handler.web_logout": "ends the session",
	"frappe.sessions.clear": "empties the caches on which the other calls rely, and answers nothing",
	"frappe.desk.page.setup_wizard.setup_wizard.load_messages": "answers all texts of a language",
	"frappe.desk.page.setup_wizard.setup_wizard.setup_complete": "sets up a site that has been set up",
}


@dataclass(frozen=True)
class Function:
	"""A whitelisted function that stands in a module."""

	function: Callable

	@property
	def name(self) -> str:
		return f"{self.function.__module__}.{self.function.__name__}"

	@cached_property
	def parameters(self) -> dict[str, inspect.Parameter]:
		return dict(inspect.signature(self.function).parameters)

	@cached_property
	def takes_everything(self) -> bool:
		"""It reads arguments that are not in its signature."""
		if any(parameter.kind == parameter.VAR_KEYWORD for parameter in self.parameters.values()):
			return True
		called = inspect.unwrap(self.function)
		helpers = (called.__globals__.get(name) for name in called.__code__.co_names)
		return any(map(_reads_form_dict, (called, *filter(inspect.isfunction, helpers))))

	@cached_property
	def source(self) -> str:
		"""The text of its module: a function that takes a name alone says there which DocType it is of."""
		with suppress(OSError, TypeError):
			return inspect.getsource(inspect.getmodule(self.function))
		return ""

	@property
	def for_guests(self) -> bool:
		return self.function in frappe.guest_methods

	@property
	def http_method(self) -> str:
		methods = frappe.allowed_http_methods_for_whitelisted_func[self.function]
		return "POST" if "POST" in methods else methods[0]


@dataclass(frozen=True)
class Method(Function):
	"""A whitelisted method of a class."""

	@property
	def name(self) -> str:
		return f"{self.function.__module__}.{self.function.__qualname__}"

	@cached_property
	def doctype(self) -> str | None:
		"""The DocType whose controller it is a method of, itself or by inheritance."""
		parts = self.function.__module__.split(".")
		if "doctype" not in parts:
			return None
		folder = parts[parts.index("doctype") + 1]
		return frappe.db.get_value("DocType", {"name": frappe.unscrub(folder)}) or None


@dataclass(frozen=True)
class Route:
	"""A REST route with one of its HTTP methods."""

	rule: Rule
	http_method: str

	@property
	def name(self) -> str:
		return f"{self.http_method} {self.rule.rule}"


@dataclass(frozen=True)
class Page:
	"""A path of the website."""

	path: str
	name: str


Door = Function | Method | Route | Page


def _reads_form_dict(function: Callable) -> bool:
	return "form_dict" in function.__code__.co_names


def import_everything() -> dict[str, str]:
	"""Import every module of the apps; return why some could not be."""
	failed = {}
	for app in APPS:
		root = Path(importlib.import_module(app).__file__).parent
		for file in sorted(root.rglob("*.py")):
			parts = file.relative_to(root.parent).with_suffix("").parts
			if not all(map(str.isidentifier, parts)) or any(part.startswith(LEFT_OUT) for part in parts[1:]):
				continue
			module = ".".join(parts).removesuffix(".__init__")
			try:
				with redirect_stdout(StringIO()):
					importlib.import_module(module)
			except Exception as error:  # reason: whatever a module does when it is imported
				failed[module] = repr(error)
	return failed


def find_functions() -> tuple[list[Function], dict[str, str]]:
	"""Return the functions and methods that may be called, and why the others can't."""
	found, left_out = {}, dict(SKIPPED)
	for function in frappe.whitelisted:
		door = (Method if "." in function.__qualname__ else Function)(function)
		if door.name in SKIPPED:
			continue
		if isinstance(door, Method) or _is_reachable(door):
			found[door.name] = door
		else:
			left_out[door.name] = "no path leads to it"
	return [found[name] for name in sorted(found)], left_out


def _is_reachable(door: Function) -> bool:
	with suppress(Exception):
		return frappe.get_attr(door.name) in frappe.whitelisted
	return False


def find_routes() -> list[Route]:
	routes = [
		Route(rule, method)
		for rule in frappe.api.API_URL_MAP.iter_rules()
		for method in sorted((rule.methods or {"GET", "POST"}) - {"HEAD", "OPTIONS"})
		if not rule.rule.startswith("/api/v1")  # the same as without a number
		and not rule.rule.endswith(("/logout", "/login"))
	]
	return sorted(routes, key=lambda route: route.name)


def find_pages() -> Iterator[Page]:
	"""Pages of www/ and the templates, and the rules that lead to them."""
	from frappe.website.router import get_pages

	for app in APPS:
		for route in sorted(get_pages(app)):
			yield Page(route, f"page /{route}")
	for rule in frappe.get_hooks("website_route_rules"):
		if "<" in rule["from_route"]:
			yield Page(rule["from_route"], f"page {rule['from_route']}")
