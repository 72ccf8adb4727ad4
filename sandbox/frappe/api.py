"""`/api/method` and `/api/resource`."""

import json
from datetime import date, timedelta

import frappe
import frappe.client
from frappe.types import _dict
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response


def json_handler(value):
	"""Return what JSON has no form for as text or dict."""
	if isinstance(value, date | timedelta):
		return str(value)
	if hasattr(value, "as_dict"):
		return value.as_dict()
	raise TypeError(f"{value!r} is not JSON serializable")


def as_json(obj, indent=1):
	"""Return JSON with sorted keys."""
	return json.dumps(obj, indent=indent, sort_keys=True, default=json_handler, separators=(",", ": "))


def parse_json(val):
	"""Return what a JSON text holds; another value unchanged; dicts with keys as attributes."""
	value = json.loads(val) if isinstance(val, str) else val
	return _dict(value) if isinstance(value, dict) else value


def handle(request):
	"""Answer a request for a method or a record."""
	try:
		endpoint, arguments = ROUTES.bind_to_environ(request.environ).match()
	except NotFound:
		raise frappe.DoesNotExistError from None
	data = endpoint(**arguments)
	if data is not None:
		frappe.response["data"] = data
	return build_response()


def call_method(method):
	"""Call the whitelisted function that a request names and put its answer into the response."""
	try:
		function = frappe.get_attr(method)
	except Exception as error:
		frappe.throw(f"Failed to get method for command {method} with {error}")
	frappe.is_whitelisted(function)
	if frappe.request.method not in frappe.allowed_http_methods_for_whitelisted_func[function]:
		frappe.throw("Not permitted", frappe.PermissionError)
	answer = frappe.call(function, **frappe.form_dict)
	if answer is not None:
		frappe.response["message"] = answer


def list_documents(doctype):
	arguments = frappe.form_dict.copy()
	arguments.setdefault("limit_page_length", arguments.pop("limit", None) or 20)
	return frappe.call(frappe.client.get_list, doctype, **arguments)


def create_document(doctype):
	return frappe.new_doc(doctype).update(_get_data()).insert()


def read_document(doctype, name):
	doc = frappe.get_doc(doctype, name)
	if not doc.has_permission("read"):
		raise frappe.PermissionError
	return doc


def update_document(doctype, name):
	doc = frappe.get_doc(doctype, name, for_update=True).update(_get_data()).save()
	if doc.meta.istable:
		frappe.get_doc(doc.parenttype, doc.parent).save()
	return doc


def delete_document(doctype, name):
	frappe.delete_doc(doctype, name, ignore_missing=False)
	frappe.response.http_status_code = 202
	return "ok"


def _get_data():
	data = frappe.form_dict.data
	return frappe.parse_json(data) if data else frappe.form_dict


RECORD = "/api/resource/<doctype>/<path:name>"
ROUTES = Map(
	[
		Rule("/api/method/<method>", endpoint=call_method),
		Rule("/api/resource/<doctype>", methods=["GET"], endpoint=list_documents),
		Rule("/api/resource/<doctype>", methods=["POST"], endpoint=create_document),
		Rule(RECORD, methods=["GET"], endpoint=read_document),
		Rule(RECORD, methods=["PUT"], endpoint=update_document),
		Rule(RECORD, methods=["DELETE"], endpoint=delete_document),
	],
	strict_slashes=False,
)


def build_response(status=200):
	"""Return what was collected during the request as JSON."""
	content = frappe.response
	if not content.get("docs"):
		content.pop("docs", None)
	if messages := frappe.local.message_log:
		content["_server_messages"] = json.dumps([json.dumps(message) for message in messages])
	if frappe.flags.error_message:
		content["_error_message"] = frappe.flags.error_message
	status = content.pop("http_status_code", status)
	return Response(json.dumps(content, default=json_handler), status, mimetype="application/json")
