"""A one-process stand-in for the part of Frappe 15 that crm_pipeline calls. For try-out and fast tests only.

It imitates the behaviour of the real framework; where the two differ, the real one is right. What it does not
know raises NotInSandbox (a NotImplementedError) with the name of the call.
"""

# isort: skip_file
from secrets import token_hex

from frappe import absent
from frappe import utils, defaults, permissions, share
from frappe.exceptions import *
from frappe.types import NotInSandbox, _dict, raise_unknown
from frappe.messages import *
from frappe.messages import _, _lt
from frappe.caching import cache
from frappe.context import connect, destroy, init, local, set_user
from frappe.apps import *
from frappe.documents import *
from frappe.query_builder import QueryBuilder as qb
from frappe.api import as_json, parse_json

__version__ = "15.103.3"
STANDARD_USERS = ("Guest", "Administrator")
OF_LOCAL = ("conf", "db", "flags", "form_dict", "message_log", "request", "response", "session")
_raise_unknown = raise_unknown("frappe")


def __getattr__(name):
	return getattr(local, name) if name in OF_LOCAL else _raise_unknown(name)


def generate_hash(txt=None, length=56):
	return token_hex(length)[:length]
