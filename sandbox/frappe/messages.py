"""Messages to the user, errors and logs."""

import inspect
import traceback

from frappe.context import local
from frappe.exceptions import ValidationError
from frappe.types import _dict


def _(msg, lang=None, context=None):
	return msg


class _LazyTranslate:
	"""A text that is translated when it is made a str; as on a site it is no str itself and equals nothing."""

	__hash__ = None

	def __init__(self, msg):
		self.msg = msg

	def __str__(self):
		return _(self.msg)

	def __eq__(self, other):
		raise NotImplementedError


def _lt(msg, lang=None, context=None):
	return _LazyTranslate(msg)


def bold(text):
	return f"<strong>{text}</strong>"


def msgprint(msg, title=None, raise_exception=0, indicator=None, alert=False, **for_the_dialog):
	"""Collect a message for the user in `frappe.local.message_log`; raise it if `raise_exception` is set."""
	message = _dict(message=msg, title=title or "Message", indicator=indicator or "blue")
	local.message_log.append(
		message.update(raise_exception=int(bool(raise_exception)), alert=int(bool(alert)))
	)
	if raise_exception:
		raise (raise_exception if inspect.isclass(raise_exception) else ValidationError)(msg)


def throw(msg, exc=ValidationError, title=None, **for_the_dialog):
	"""Raise `exc` with a message for the user."""
	msgprint(msg, raise_exception=exc, title=title or "Error", indicator="red")


def get_message_log():
	return list(local.message_log)


def clear_messages():
	local.message_log = []


def clear_last_message():
	if local.message_log:
		local.message_log.pop()


def get_traceback(with_context=False):
	"""Return the traceback of the exception being handled, or an empty string."""
	text = traceback.format_exc()
	return "" if text.startswith("NoneType: None") else text


def log_error(title=None, message=None, reference_doctype=None, reference_name=None):
	"""Write an Error Log row and return it."""
	import frappe

	values = {"method": str(title or "Error")[:140], "error": str(message or get_traceback() or title)}
	reference = {"reference_doctype": reference_doctype, "reference_name": reference_name}
	return frappe.get_doc(doctype="Error Log", **values, **reference).insert(ignore_permissions=True)


def publish_progress(*args, **kwargs): ...


def publish_realtime(*args, **kwargs): ...


def log(msg):
	"""Say something while a job runs."""
	print(msg)
