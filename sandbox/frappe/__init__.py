"""A one-process stand-in for the part of Frappe 15 that crm_pipeline calls. For try-out and fast tests only.

It imitates the behaviour of the real framework; where the two differ, the real one is right. What it does not
know raises NotInSandbox (a NotImplementedError) with the name of the call.
"""

from frappe import defaults, permissions, share, utils
from frappe.apps import (
	allowed_http_methods_for_whitelisted_func,
	call,
	enqueue,
	get_app_path,
	get_attr,
	get_doc_hooks,
	get_hooks,
	get_installed_apps,
	get_module,
	guest_methods,
	is_whitelisted,
	read_only,
	scrub,
	setup_module_map,
	unscrub,
	whitelist,
	whitelisted,
)
from frappe.caching import cache
from frappe.context import connect, destroy, init, local, set_user
from frappe.documents import *
from frappe.exceptions import *
from frappe.messages import (
	_,
	_lt,
	bold,
	clear_last_message,
	clear_messages,
	errprint,
	get_message_log,
	get_traceback,
	log,
	log_error,
	logger,
	msgprint,
	publish_progress,
	publish_realtime,
	throw,
)
from frappe.query_builder import QueryBuilder as qb
from frappe.safe import render_template, safe_eval
from frappe.serializing import (
	as_json,
	as_unicode,
	format,
	format_value,
	generate_hash,
	get_request_header,
	parse_json,
	safe_decode,
)
from frappe.types import NotInSandbox, _dict, raise_unknown

__version__ = "15.55.1"
STANDARD_USERS = ("Guest", "Administrator")
OF_LOCAL = frozenset((
	"conf", "db", "debug_log", "error_log", "flags", "form_dict", "lang", "message_log", "request", "response",
	"session",
))  # fmt: skip
_raise_unknown = raise_unknown("frappe")


def __getattr__(name):
	"""Return what belongs to the current request; anything else is unknown."""
	return getattr(local, name) if name in OF_LOCAL else _raise_unknown(name)
