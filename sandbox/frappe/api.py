"""`/api/method` and `/api/resource`."""

import json

import frappe
import frappe.client
import frappe.handler
from frappe.serializing import json_handler
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response


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
	frappe.handler.handle(method.split("/")[0])


def list_documents(doctype):
	arguments = frappe.form_dict.copy()
	arguments.setdefault("limit_page_length", arguments.pop("limit", None) or 20)
	if isinstance(arguments.get("as_dict"), str):
		arguments.as_dict = arguments.as_dict.lower() in ("1", "true")
	return frappe.call(frappe.client.get_list, doctype, **arguments)


def create_document(doctype):
	values = {key: value for key, value in _get_data().items() if key != "doctype"}
	return frappe.new_doc(doctype, **values).insert()


def read_document(doctype, name):
	doc = frappe.get_doc(doctype, name)
	if not doc.has_permission("read"):
		raise frappe.PermissionError
	doc.apply_fieldlevel_read_permissions()
	return doc


def update_document(doctype, name):
	doc = frappe.get_doc(doctype, name, for_update=True)
	doc.update({key: value for key, value in _get_data().items() if key != "flags"})
	doc.save()
	if doc.get("parenttype"):
		frappe.get_doc(doc.parenttype, doc.parent).save()
	return doc


def delete_document(doctype, name):
	frappe.delete_doc(doctype, name, ignore_missing=False)
	frappe.response.http_status_code = 202
	return "ok"


def run_document_method(doctype, name):
	method = frappe.form_dict.pop("run_method")
	doc = frappe.get_doc(doctype, name)
	doc.is_whitelisted(method)
	doc.check_permission("write")
	return doc.run_method(method, **frappe.form_dict)


def _get_data():
	data = frappe.form_dict.data
	return frappe.parse_json(data) if data else frappe.form_dict


ROUTES = Map(
	[
		Rule("/api/method/<path:method>", endpoint=call_method),
		Rule("/api/resource/<doctype>", methods=["GET"], endpoint=list_documents),
		Rule("/api/resource/<doctype>", methods=["POST"], endpoint=create_document),
		Rule("/api/resource/<doctype>/<path:name>", methods=["GET"], endpoint=read_document),
		Rule("/api/resource/<doctype>/<path:name>", methods=["PUT"], endpoint=update_document),
		Rule("/api/resource/<doctype>/<path:name>", methods=["DELETE"], endpoint=delete_document),
		Rule("/api/resource/<doctype>/<path:name>", methods=["POST"], endpoint=run_document_method),
	],
	strict_slashes=False,
)


def build_response(status=200):
	"""Return what was collected during the request: JSON, or a file."""
	content = frappe.response
	if content.get("type") == "binary":
		disposition = f'attachment; filename="{content.filename}"'
		return Response(content.filecontent, headers={"Content-Disposition": disposition})
	if not content.get("docs"):
		content.pop("docs", None)
	if frappe.local.message_log:
		content["_server_messages"] = json.dumps(
			[json.dumps(message) for message in frappe.local.message_log]
		)
	if frappe.flags.error_message:
		content["_error_message"] = frappe.flags.error_message
	status = content.pop("http_status_code", status)
	return Response(json.dumps(content, default=json_handler), status, mimetype="application/json")
