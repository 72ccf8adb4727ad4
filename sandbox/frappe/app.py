"""The WSGI application: who asks, the answer or the error, commit or rollback."""

import frappe
import frappe.api
from frappe.types import _dict
from werkzeug.wrappers import Request


@Request.application
def application(request):
	"""Answer one request in its own transaction, then go back to the user of before."""
	user = frappe.session.user
	frappe.local.flags = _dict(in_test=frappe.flags.in_test, currently_saving=[])
	frappe.clear_messages()
	frappe.local.request, frappe.local.response = request, _dict(docs=[])
	try:
		frappe.set_user(_get_user(request.headers.get("Authorization")))
		has_json = request.is_json and request.get_data()
		frappe.local.form_dict = _dict(request.get_json() if has_json else request.values.items())
		response = frappe.api.handle(request)
	except Exception as error:
		frappe.db.rollback()
		kind = type(error)
		frappe.response.exc_type = kind.__name__
		frappe.response.exception = f"{kind.__module__}.{kind.__qualname__}: {error}"
		response = frappe.api.build_response(getattr(error, "http_status_code", 500))
	finally:
		frappe.local.request = None
		frappe.set_user(user)
	frappe.db.commit() if request.method != "GET" else frappe.db.rollback()
	return response


def _get_user(authorization):
	if not authorization:
		return "Guest"
	key, _colon, secret = authorization.partition(" ")[2].partition(":")
	filters = {"api_key": key, "api_secret": secret, "enabled": 1}
	user = frappe.db.get_value("User", filters) if key and secret else None
	if not user:
		raise frappe.AuthenticationError
	return user


def make_token(user):
	"""Give a user a new key and secret and return them as "KEY:SECRET"."""
	key, secret = frappe.generate_hash(length=15), frappe.generate_hash(length=15)
	frappe.db.set_value("User", user, {"api_key": key, "api_secret": secret}, update_modified=False)
	return f"{key}:{secret}"
