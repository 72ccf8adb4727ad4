"""Calls of whitelisted functions and controller methods over HTTP."""

import inspect
from contextlib import suppress

import frappe


def handle(method):
	"""Call the function that a request names and put its answer into the response."""
	function = run_doc_method if method == "run_doc_method" else _get_function(method)
	answer = frappe.call(function, **frappe.form_dict)
	if answer is not None:
		frappe.response["message"] = answer


def _get_function(method):
	try:
		function = frappe.get_attr(method)
	except Exception as error:
		frappe.throw(f"Failed to get method for command {method} with {error}")
	frappe.is_whitelisted(function)
	is_valid_http_method(function)
	return function


def is_valid_http_method(method):
	"""Raise PermissionError if the function does not take requests of this kind."""
	if frappe.request.method not in frappe.allowed_http_methods_for_whitelisted_func[method]:
		frappe.throw("Not permitted", frappe.PermissionError)


def run_doc_method(method, docs=None, dt=None, dn=None, arg=None, args=None):
	"""Call a whitelisted method of a document, read by name or made of what the form sent."""
	if dt:
		doc = frappe.get_doc(dt, dn or dt)
	else:
		doc = frappe.get_doc(frappe.parse_json(docs))
		doc._original_modified = doc.modified
		doc.check_if_latest()
	if not doc.has_permission("read"):
		frappe.throw("Not permitted", frappe.PermissionError)
	bound = getattr(doc, method)
	function = getattr(bound, "__func__", bound)
	frappe.is_whitelisted(function)
	is_valid_http_method(function)
	answer = _call(bound, args or arg)
	frappe.response.docs.append(doc)
	return answer


def _call(bound, args):
	with suppress(ValueError):
		args = frappe.parse_json(args)
	if not inspect.signature(bound).parameters or not args:
		return bound()
	return bound(**args) if isinstance(args, dict) else bound(args)
