"""Code in what a request sends: templates that call the framework, SQL that names tables.

The framework renders templates past all permissions, for whoever has one rendered, and some functions of it and of ERPNext put
what they are sent into their SQL as it is. Nobody but a manager has an honest use for either.
"""

import re

import frappe
import jinja2
from frappe import _
from jinja2 import nodes

from crm_pipeline.access.request import Asked

# a table of the site, as SQL must name it, beside a word that reads another one
SQL = re.compile(
	r"\b(?:select|union)\b.*\btab[A-Z]|tab[A-Z].*\b(?:select|union)\b", re.IGNORECASE | re.DOTALL
)
ENVIRONMENT = jinja2.Environment(autoescape=True)  # reason: it parses and renders nothing
STATEMENTS = (nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends, nodes.Macro, nodes.CallBlock)
# what a template may call: texts, dates, the values of its document
FUNCTIONS = frozenset({"_", "range", "dict", "len", "loop"})
METHODS = frozenset(
	(
		*("get", "get_formatted", "as_dict", "items", "keys", "values", "append", "strftime", "isoformat"),
		*("format", "split", "join", "replace", "upper", "lower", "strip", "title", "startswith", "endswith"),
	)
)


def refuse_code(asked: Asked) -> None:
	for text in asked.texts:
		if ("{{" in text or "{%" in text) and calls_framework(text):
			message = _("A template that reads records is written by a manager.")
			frappe.throw(message, frappe.PermissionError)
		if "tab" in text and SQL.search(text):
			frappe.throw(_("A request takes no SQL."), frappe.PermissionError)


def calls_framework(text: str) -> bool:
	"""Tell whether a template does more than to show the values of what it is given. One that can't be read does nothing."""
	try:
		template = ENVIRONMENT.parse(text)
	except (jinja2.TemplateError, RecursionError):
		return False
	if template.find(STATEMENTS):
		return True
	harmless = {id(node.node) for node in template.find_all(nodes.Getattr) if node.attr == "utils"}
	uses_framework = any(
		node.name == "frappe" and id(node) not in harmless for node in template.find_all(nodes.Name)
	)
	return uses_framework or any(not _is_harmless(call.node) for call in template.find_all(nodes.Call))


def _is_harmless(called: nodes.Node) -> bool:
	if isinstance(called, nodes.Name):
		return called.name in FUNCTIONS
	return isinstance(called, nodes.Getattr) and (called.attr in METHODS or _is_of_utils(called.node))


def _is_of_utils(node: nodes.Node) -> bool:
	return isinstance(node, nodes.Getattr) and node.attr == "utils" and isinstance(node.node, nodes.Name)
