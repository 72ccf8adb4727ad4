"""Messages to the user, errors and logs."""

import inspect
import logging
import traceback

from frappe.context import local
from frappe.exceptions import ValidationError
from frappe.types import _dict


def _(msg, lang=None, context=None):
	"""Return `msg`: the sandbox speaks English."""
	return msg


_lt = _


def bold(text):
	return f"<strong>{text}</strong>"


def msgprint(
	msg,
	title=None,
	raise_exception=0,
	as_table=False,
	as_list=False,
	indicator=None,
	alert=False,
	primary_action=None,
	is_minimizable=False,
	wide=False,
	*,
	realtime=False,
):
	"""Collect a message for the user in `frappe.local.message_log`; raise it if `raise_exception` is set."""
	if as_list and isinstance(msg, list | tuple):
		msg = "<ul>" + "".join(f"<li>{line}</li>" for line in msg) + "</ul>"
	if not local.flags.mute_messages:
		message = _dict(message=msg, title=title or "Message", indicator=indicator or "blue")
		message.update(raise_exception=1 if raise_exception else 0, alert=1 if alert else 0)
		local.message_log.append(message)
	if not raise_exception:
		return
	if inspect.isclass(raise_exception) and issubclass(raise_exception, Exception):
		raise raise_exception(msg)
	raise ValidationError(msg)


def throw(
	msg,
	exc=ValidationError,
	title=None,
	is_minimizable=False,
	wide=False,
	as_list=False,
	primary_action=None,
):
	"""Raise `exc` with a message for the user."""
	msgprint(msg, raise_exception=exc, title=title or "Error", indicator="red", as_list=as_list)


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


def log_error(title=None, message=None, reference_doctype=None, reference_name=None, *, defer_insert=False):
	"""Write an Error Log row and return it."""
	import frappe

	if message and title and "\n" in title:
		title, message = message, title
	error_log = frappe.get_doc(
		doctype="Error Log",
		method=str(title or "Error")[:140],
		error=str(message or get_traceback() or title),
		reference_doctype=reference_doctype,
		reference_name=reference_name,
	)
	return error_log.insert(ignore_permissions=True)


def log(msg):
	local.debug_log.append(msg)


def errprint(msg):
	local.error_log.append({"exc": msg})


def logger(module=None, with_more_info=False, allow_site=True, filter=None, max_size=100_000, file_count=20):
	return logging.getLogger(f"sandbox.{module or 'frappe'}")


def publish_realtime(*args, **kwargs):
	"""No browser listens."""


publish_progress = publish_realtime
