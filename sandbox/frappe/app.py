"""The WSGI application: who asks, the answer or the error, commit or rollback."""

import frappe
import frappe.api
from frappe.types import _dict
from werkzeug.wrappers import Request

CHANGING_METHODS = ("POST", "PUT", "DELETE", "PATCH")


@Request.application
def application(request):
	"""Answer one request in its own transaction, then go back to the user of before."""
	user = frappe.session.user
	try:
		_start(request)
		response = _answer(request)
	finally:
		frappe.local.request = None
		frappe.set_user(user)
	return response


def _start(request):
	frappe.local.flags = _dict(in_test=frappe.flags.in_test, currently_saving=[])
	frappe.clear_messages()
	frappe.set_user("Guest")
	frappe.local.request = request
	frappe.local.response = _dict(docs=[])
	frappe.local.form_dict = _read_arguments(request)


def _read_arguments(request):
	if request.is_json and request.get_data():
		return _dict(request.get_json())
	return _dict(request.args.items()).update(request.form.items())


def _answer(request):
	try:
		_log_in(request.headers.get("Authorization"))
		response = frappe.api.handle(request)
	except Exception as error:
		frappe.db.rollback()
		return _report(error)
	if request.method in CHANGING_METHODS:
		frappe.db.commit()
	else:
		frappe.db.rollback()
	return response


def _log_in(authorization):
	"""Become the user of `Authorization: token KEY:SECRET`; without it stay Guest."""
	if not authorization:
		return
	_kind, _space, token = authorization.partition(" ")
	key, _colon, secret = token.partition(":")
	filters = {"api_key": key, "api_secret": secret, "enabled": 1}
	user = frappe.db.get_value("User", filters) if key and secret else None
	if not user:
		raise frappe.AuthenticationError
	form_dict = frappe.form_dict
	frappe.set_user(user)
	frappe.local.form_dict = form_dict


def _report(error):
	kind = type(error)
	frappe.response.exc_type = kind.__name__
	frappe.response.exception = f"{kind.__module__}.{kind.__qualname__}: {error}"
	return frappe.api.build_response(getattr(error, "http_status_code", 500))


def make_token(user):
	"""Give a user a new key and secret and return them as "KEY:SECRET"."""
	key, secret = frappe.generate_hash(length=15), frappe.generate_hash(length=15)
	frappe.db.set_value("User", user, {"api_key": key, "api_secret": secret}, update_modified=False)
	return f"{key}:{secret}"
