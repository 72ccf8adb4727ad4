"""What the framework's own functions do with our records without asking who sees them, refused before they are called.

Some of those functions take any record by its name, or let a request lay the rule aside. Nothing honest asks for that
with an opportunity that the user may not read, so one look at what a request names shuts them together. Managers see
everything and are let through. docs/permissions.md says for each door how long it is needed.
"""

import re
from itertools import chain

import frappe
from frappe import _
from frappe.model import optional_fields

from crm_pipeline import compat
from crm_pipeline.access import code, made_for_one, request, risky_functions
from crm_pipeline.access.companions import COMPANIONS, explain_hidden, find_hidden, is_hidden_file
from crm_pipeline.access.link_fields import get_link_fields
from crm_pipeline.access.names import (
	find_companion_names,
	find_opportunity_names,
	may_name_companion,
	may_name_opportunity,
)
from crm_pipeline.access.permissions import explain_no_read, get_readable, is_desk_user, is_manager
from crm_pipeline.access.request import Asked
from crm_pipeline.constants import AUDIT_LOG, HIDDEN, OPPORTUNITY
from crm_pipeline.domain import json_text, requested
from crm_pipeline.refusal import refuse

OWN_FUNCTIONS, WEB_FORMS = "crm_pipeline.api.", "frappe.website.doctype.web_form.web_form."
# arguments that are somebody's words, or look for something: they name nothing
WORDS = frozenset(
	[
		"txt",
		"text",
		"content",
		"subject",
		"description",
		"value",
		"tag",
		"tags",
		"comment",
		"message",
		"title",
		"file_name",
		"filename",
		"note",
	]
)
FILE_ADDRESS = re.compile(r"\s*(?:https?://[^/]+)?/?(?:private/|public/)?files/.{1,500}", re.IGNORECASE)
# a field through a link, as a query names it
THROUGH = re.compile(r"(?<![\w.])(\w+)\.(?=\s*[`\"]*([^\W\d]\w*))")
# arguments, and fields of what is sent, that hold the name of a record
NAMES = re.compile(
	rf"(?:\w*_)?(?:doc)?names?|dn|fid|docid|id|parent|{'|'.join(map(frappe.scrub, (*COMPANIONS, 'Event')))}|deleted_document"
)


def guard_request() -> None:
	"""Look at the request of the user who has just been recognized. Hook auth_hooks."""
	if not getattr(frappe.local, "request", None) or is_manager():
		return
	asked = request.read()
	if asked.function.startswith(OWN_FUNCTIONS):
		return
	refuse_portal(asked)
	refuse_what_is_no_name(asked)
	code.refuse_code(asked)
	refuse_fields_through_links(asked)
	refuse_prepared_reports_of_others(asked)
	risky_functions.look_at(asked)
	refuse_files(asked)
	refuse_companions(asked)
	refuse_hidden_records(asked)


def refuse_portal(asked: Asked) -> None:
	"""Portal users and visitors make opportunities through a Web Form and meet them nowhere else."""
	if is_desk_user(frappe.session.user) or asked.function.startswith(WEB_FORMS):
		return
	if not FOLDED.isdisjoint(text.replace("_", " ") for text in asked.folded):
		frappe.throw(_("Opportunities are for the users of the desk."), frappe.PermissionError)


def refuse_what_is_no_name(asked: Asked) -> None:
	"""The framework takes an object for a name as a filter, and the database compares a number with every text."""
	pairs = (requested.find_pairs(sent, requested.SEARCHES) for sent in (asked.arguments, asked.body))
	for key, value in chain.from_iterable(pairs):
		if NAMES.fullmatch(key) and (_holds_object(value) or _is_number(value, asked)):
			refuse(_("{0} can't be {1}. Send it as text."), key, json_text.write(value))


def _is_number(value, asked: Asked) -> bool:
	is_number = isinstance(value, int | float)
	return is_number and not FOLDED.isdisjoint(asked.folded)


def _holds_object(value) -> bool:
	value = requested.parse(value) if isinstance(value, str) else value
	return isinstance(value, dict) or (
		isinstance(value, list) and any(isinstance(part, dict | list) for part in value)
	)


def refuse_fields_through_links(asked: Asked) -> None:
	"""A field of an opportunity, asked for through a link to it (`pipeline_opportunity.notes`), is asked of itself."""
	if compat.asks_for_linked_records():
		return
	through = {pair for text in asked.texts if "." in text for pair in THROUGH.findall(text)}
	columns = {*frappe.get_meta(OPPORTUNITY).get_valid_columns(), *optional_fields} if through else set()
	linked = {fieldname for fieldname, column in through if column.lower() in columns}
	for fieldname in sorted(linked & get_link_fields()) if linked else ():
		message = _("Fields of an opportunity are read from its own list, not through {0}.")
		refuse(message, fieldname, exception=frappe.PermissionError)


def refuse_prepared_reports_of_others(asked: Asked) -> None:
	"""A report that was prepared for somebody else holds what they see."""
	filters = asked.arguments.get("filters")
	filters = requested.parse(filters) if isinstance(filters, str) else filters
	name = filters.get("prepared_report_name") if isinstance(filters, dict) else None
	if not name:
		return
	if not isinstance(name, str):
		refuse(_("{0} can't be {1}. Send it as text."), "prepared_report_name", name)
	made_for_one.refuse_of_others([requested.fold(name)])


def refuse_hidden_records(asked: Asked) -> None:
	"""Refuse a request that names opportunities which the user may not read; one that is not there is let through."""
	if asked.resource:  # those ask for each record, and their arguments are the values of a document
		return
	if not may_name_opportunity(asked.folded):
		return
	values = [value for key, value in asked.sent if key not in WORDS | requested.SEARCHES]
	names = find_opportunity_names(values)
	names = sorted(set(names) - set(map(requested.fold, get_readable(names))))
	if not names:
		return
	stored = frappe.get_all(OPPORTUNITY, filters={"name": ("in", names)}, pluck="name")
	stored += frappe.get_all(AUDIT_LOG, filters={"name": ("in", names)}, pluck="reference_name")
	hidden = sorted(set(stored) - get_readable(stored))
	if hidden:
		frappe.throw(explain_no_read(hidden[0]), frappe.PermissionError, title=_("Not Permitted"))


def refuse_files(asked: Asked) -> None:
	"""Refuse the address of a file of an opportunity that the user may not read: whoever opens it by that asks nobody."""
	for address in {text for text in asked.texts if FILE_ADDRESS.match(text)}:
		if is_hidden_file(address):
			frappe.throw(explain_hidden(address), frappe.PermissionError, title=_("Not Permitted"))


def refuse_companions(asked: Asked) -> None:
	"""Refuse a request that names something (a file, a mail …) of an opportunity which the user may not read."""
	if not may_name_companion(asked.folded):
		return
	values = [value for key, value in asked.sent if key not in WORDS]
	if asked.path.startswith("/api/"):
		values += asked.path.split("/")
	names = find_companion_names(values)
	made_for_one.refuse_of_others(names)
	hidden = find_hidden(names)
	if hidden:
		frappe.throw(explain_hidden(hidden), frappe.PermissionError, title=_("Not Permitted"))


FOLDED = frozenset(map(requested.fold, HIDDEN))
